"""Where owners, token records and signing keys are kept. Nothing else knows the layout."""
