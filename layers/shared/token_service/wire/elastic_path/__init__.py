"""Elastic Path: its token endpoint, its envelope, its application keys, its shoppers' tokens."""
