"""An authorizer of an HTTP API, with simple answers."""

import os
from typing import Any

import jwt
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import event_source
from aws_lambda_powertools.utilities.data_classes.api_gateway_authorizer_event import (
    APIGatewayAuthorizerEventV2,
    APIGatewayAuthorizerResponseV2,
)
from aws_lambda_powertools.utilities.typing import LambdaContext
from tables import is_active

logger = Logger()
tracer = Tracer()
metrics = Metrics()


@tracer.capture_method(capture_response=False)
def read_claims(token: str) -> dict[str, Any] | None:
    """The claims of an active token, or None."""
    issuer = os.environ["ISSUER"]
    try:
        claims: dict[str, Any] = jwt.decode(
            token, os.environ["PUBLIC_KEY"], algorithms=["RS256"], audience=issuer, issuer=issuer
        )
    except jwt.InvalidTokenError:
        return None
    return claims if is_active(claims) else None


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics(capture_cold_start_metric=True)
@event_source(data_class=APIGatewayAuthorizerEventV2)
def lambda_handler(event: APIGatewayAuthorizerEventV2, _context: LambdaContext) -> dict[str, Any]:
    """Allow the bearer of an active token."""
    authorization = event.headers.get("authorization", "")
    claims = read_claims(authorization.removeprefix("Bearer "))
    metrics.add_metric(name="Authorizations", unit=MetricUnit.Count, value=1)
    logger.info("authorized", client_id=claims["sub"] if claims else None)
    context = {"client_id": claims["sub"], "scope": claims["scope"]} if claims else {}
    return APIGatewayAuthorizerResponseV2(authorize=bool(claims), context=context).asdict()
