"""Tells authenticated callers whether a token is active (RFC 7662)."""

from token_service.runtime.handlers import http_handler
from token_service.runtime.introspect import endpoint

lambda_handler = http_handler(endpoint, primed="introspect")
