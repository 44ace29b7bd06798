"""CRUD for Elastic Path application keys. The authorizer decides who may call it."""

from token_service.runtime.handlers import http_handler
from token_service.runtime.manage import endpoint

lambda_handler = http_handler(endpoint)
