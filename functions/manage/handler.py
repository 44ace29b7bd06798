"""Manages application keys, for whom the authorizer lets."""

from token_service.runtime.handlers import http_handler
from token_service.runtime.manage import endpoint

lambda_handler = http_handler(endpoint)
