"""Signs shoppers in: Elastic Path's customers and account members."""

from token_service import runtime, runtime_shoppers

lambda_handler = runtime.http_handler(runtime_shoppers.endpoint)
