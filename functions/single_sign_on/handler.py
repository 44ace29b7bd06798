"""Sends shoppers to their OpenID provider, and takes them back."""

from token_service.runtime.handlers import http_handler
from token_service.runtime.sign_on import redirects

lambda_handler = http_handler(redirects)
