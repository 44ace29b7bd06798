"""Issues tokens: the token endpoint of every dialect."""

from token_service import runtime

lambda_handler = runtime.http_handler(runtime.issue_endpoint)
