"""Signs people in and ends their tokens: Magento's token service."""

from token_service import runtime

lambda_handler = runtime.http_handler(runtime.login_endpoint)
