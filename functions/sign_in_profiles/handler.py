"""Tells storefronts which OpenID providers shoppers may sign in by."""

from token_service import runtime, runtime_sign_on

lambda_handler = runtime.http_handler(runtime_sign_on.profiles)
