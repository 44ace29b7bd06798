"""Issues tokens: the token endpoint of every dialect."""

from token_service.runtime.handlers import http_handler
from token_service.runtime.issue import endpoint

lambda_handler = http_handler(endpoint, primed="issue")
