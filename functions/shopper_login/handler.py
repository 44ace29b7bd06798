"""Signs shoppers in: Elastic Path's customers and account members."""

from token_service.runtime.handlers import http_handler
from token_service.runtime.shoppers import endpoint

lambda_handler = http_handler(endpoint)
