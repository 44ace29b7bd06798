"""Signs people in and ends their tokens: Magento's token service."""

from token_service.runtime.handlers import http_handler
from token_service.runtime.login import endpoint

lambda_handler = http_handler(endpoint)
