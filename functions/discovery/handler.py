"""Publishes the JWKS and the metadata of RFC 8414 and OpenID Connect Discovery."""

from token_service.runtime.discovery import endpoint
from token_service.runtime.handlers import http_handler

lambda_handler = http_handler(endpoint)
