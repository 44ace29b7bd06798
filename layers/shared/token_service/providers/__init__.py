"""OpenID providers of others: what is asked of them, and what of their answers is believed."""
