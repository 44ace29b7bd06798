"""Ends tokens at their owners' request (RFC 7009)."""

from token_service import runtime

lambda_handler = runtime.http_handler(runtime.revoke_endpoint)
