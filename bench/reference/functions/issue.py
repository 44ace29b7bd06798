"""A token endpoint: client_credentials."""

import os
import time
import uuid
from typing import Annotated, Any, Literal

import jwt
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.exceptions import BadRequestError
from aws_lambda_powertools.event_handler.openapi.params import Form, Header
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel
from tables import authenticate, tokens

LIFETIME = 3600  # seconds

logger = Logger()
tracer = Tracer()
metrics = Metrics()
app = APIGatewayHttpResolver(enable_validation=True)


class Token(BaseModel):
    """What is answered."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - not a secret
    expires_in: int = LIFETIME
    scope: str


@app.post("/oauth2/token")
@tracer.capture_method(capture_response=False)
def issue(
    grant_type: Annotated[Literal["client_credentials"], Form()],
    authorization: Annotated[str, Header()],
    scope: Annotated[str, Form()] = "",
) -> Token:
    """Issue a token and keep its record."""
    client = authenticate(authorization)
    if not set(scope.split()) <= set(client["scopes"]):
        raise BadRequestError("invalid_scope")
    now = int(time.time())
    claims = {
        "iss": os.environ["ISSUER"],
        "aud": os.environ["ISSUER"],
        "sub": client["client_id"],
        "jti": str(uuid.uuid4()),
        "iat": now,
        "exp": now + LIFETIME,
        "scope": scope,
    }
    record = {"jti": claims["jti"], "client_id": claims["sub"], "expires_at": claims["exp"]}
    tokens.put_item(
        Item={**record, "revoked": False}, ConditionExpression="attribute_not_exists(jti)"
    )
    secret: Any = parameters.get_secret(os.environ["SIGNING_SECRET"], transform="json", max_age=300)
    key = secret["current"]
    signed = jwt.encode(claims, key["pem"], algorithm="RS256", headers={"kid": key["kid"]})
    metrics.add_metric(name="TokensIssued", unit=MetricUnit.Count, value=1)
    logger.info("token issued", client_id=claims["sub"], grant=grant_type)
    return Token(access_token=signed, scope=scope)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer API Gateway."""
    return app.resolve(event, context)
