"""Tells storefronts which OpenID providers shoppers may sign in by."""

from token_service.runtime.handlers import http_handler
from token_service.runtime.sign_on import profiles

lambda_handler = http_handler(profiles)
