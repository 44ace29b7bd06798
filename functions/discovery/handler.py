"""Publishes the JWKS and the metadata of RFC 8414 and OpenID Connect Discovery."""

from token_service import runtime

lambda_handler = runtime.http_handler(runtime.discovery_endpoint)
