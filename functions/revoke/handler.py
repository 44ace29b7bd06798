"""Ends tokens at their owners' request (RFC 7009)."""

from token_service.runtime.handlers import http_handler
from token_service.runtime.revoke import endpoint

lambda_handler = http_handler(endpoint)
