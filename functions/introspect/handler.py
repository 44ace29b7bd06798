"""Tells authenticated callers whether a token is active (RFC 7662)."""

from token_service import runtime

lambda_handler = runtime.http_handler(runtime.introspect_endpoint)
