"""What callers send and expect: one module a dialect, all of one shape (see `dialect.py`)."""
