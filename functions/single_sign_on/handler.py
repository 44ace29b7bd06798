"""Sends shoppers to their OpenID provider, and takes them back."""

from token_service import runtime, runtime_sign_on

lambda_handler = runtime.http_handler(runtime_sign_on.redirects)
