"""An introspection endpoint (RFC 7662)."""

import os
from typing import Annotated, Any

import jwt
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Form, Header
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from tables import authenticate, is_active

logger = Logger()
tracer = Tracer()
metrics = Metrics()
app = APIGatewayHttpResolver(enable_validation=True)


@app.post("/oauth2/introspect")
@tracer.capture_method(capture_response=False)
def introspect(
    token: Annotated[str, Form()], authorization: Annotated[str, Header()]
) -> dict[str, Any]:
    """Tell an authenticated caller whether a token is active."""
    caller = authenticate(authorization)
    issuer = os.environ["ISSUER"]
    metrics.add_metric(name="Introspections", unit=MetricUnit.Count, value=1)
    try:
        claims: dict[str, Any] = jwt.decode(
            token, os.environ["PUBLIC_KEY"], algorithms=["RS256"], audience=issuer, issuer=issuer
        )
    except jwt.InvalidTokenError:
        return {"active": False}
    active = is_active(claims)
    logger.info("token introspected", client_id=caller["client_id"], active=active)
    return {"active": True, **claims} if active else {"active": False}


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer API Gateway."""
    return app.resolve(event, context)
