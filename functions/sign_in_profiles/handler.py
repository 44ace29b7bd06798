"""Lists the OpenID providers that shoppers may sign in with, for storefronts."""

from token_service.runtime.handlers import http_handler
from token_service.runtime.sign_in_profiles import endpoint

lambda_handler = http_handler(endpoint)
