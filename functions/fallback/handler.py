"""Answers where no route is, in the dialect of the path, and browsers' preflights."""

from token_service.runtime.fallback import endpoint
from token_service.runtime.handlers import http_handler

lambda_handler = http_handler(endpoint)
