"""Elastic Path's tokens for shoppers: customers and account members (section 3 of its sheet)."""
