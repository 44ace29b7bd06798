"""Manages application keys, for whom the authorizer lets."""

from token_service import runtime

lambda_handler = runtime.http_handler(runtime.manage_endpoint)
