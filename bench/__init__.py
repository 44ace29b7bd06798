"""What this service costs, measured beside what others do for the same: `make bench`."""
