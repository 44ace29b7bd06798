"""Answers where no route is, in the dialect of the path, and browsers' preflights."""

from token_service import runtime

lambda_handler = runtime.http_handler(runtime.fallback_endpoint)
