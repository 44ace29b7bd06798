"""Writes the authorizer's answers, in the shape that each gateway expects (docs/aws.md, 1.2).

Context values are flat strings, which every kind of gateway passes on.
"""

import re
from typing import Any

from aws_lambda_powertools.utilities.data_classes.api_gateway_authorizer_event import (
    APIGatewayAuthorizerResponse,
    APIGatewayAuthorizerResponseV2,
    APIGatewayAuthorizerResponseWebSocket,
    HttpVerb,
    parse_api_gateway_arn,
)
from aws_lambda_powertools.utilities.data_classes.appsync_authorizer_event import (
    AppSyncAuthorizerResponse,
)

from token_service.domain.owners import OwnerKind
from token_service.domain.policy import (
    FULL,
    READ_ONLY,
    Caller,
    Decision,
    Policy,
    Refusal,
    Verdict,
    judge,
)
from token_service.domain.tokens import ActiveToken
from token_service.wire.authorizer_events import Kind, Question
from token_service.wire.magento.paths import ALIASES, canonical

# A GraphQL document that changes anything must say so with one of these words.
_GRAPHQL_WRITE = re.compile(r"\b(mutation|subscription)\b")
# What an IAM resource may hold of a path without meaning more than the path itself.
_PLAIN_ARN = re.compile(r"[A-Za-z0-9:/._~%@+$-]{1,512}", re.ASCII)


def write_answer(
    question: Question,
    token: ActiveToken | None,
    policy: Policy,
    shoppers: tuple[ActiveToken, ...] = (),
) -> dict[str, Any]:
    """The answer in the asker's own shape; denied unless something allows."""
    caller = Caller.of(token, shoppers) if token else None
    if question.kind is Kind.POLICY:
        return _policy_answer(question, token, policy)
    if question.kind is Kind.WEBSOCKET:
        return _connect_answer(question, token, caller)
    if question.kind is Kind.APPSYNC:
        required = FULL if _GRAPHQL_WRITE.search(question.graphql) else READ_ONLY
        decision = Decision(judge(caller, required), Refusal.GATEWAY, required)
        allowed = decision.verdict is Verdict.ALLOWED
        # Reused for other operations of the same token, an answer about a query would be wrong.
        context = context_of(token, decision)
        return AppSyncAuthorizerResponse(allowed, max_age=0, resolver_context=context).asdict()
    decision = policy.decide(caller, question.method, canonical_path(question.path))
    allowed = decision.verdict is Verdict.ALLOWED
    if question.admits_guests and decision.refusal is Refusal.BACKEND:
        # A backend that refuses for itself gets the caller with the verdict on it.
        allowed = True
    context = context_of(token, decision, shoppers)
    return APIGatewayAuthorizerResponseV2(allowed, context).asdict()


def canonical_path(path: str) -> str:
    """The path that a policy names: Magento's routes have many (docs/platforms/magento.md, 1.1)."""
    route = canonical(path)
    return path if route is None else f"/rest{route}"


def context_of(
    token: ActiveToken | None, decision: Decision, shoppers: tuple[ActiveToken, ...] = ()
) -> dict[str, str]:
    """What the backend learns of the caller: never a token."""
    found = {"verdict": str(decision.verdict), "required": decision.required}
    if token is None:
        return {**found, "active": "false"}
    record = token.record
    accounts = (shopper.record.account for shopper in shoppers if shopper.record.account)
    return {
        **found,
        "active": "true",
        "kind": record.owner.kind,
        "client_id": record.owner.id if record.owner.kind is OwnerKind.CLIENT else "",
        "subject": record.owner.subject,
        "shopper": " ".join(shopper.record.owner.subject for shopper in shoppers),
        "grant": record.grant,
        "access": record.access,
        "scope": " ".join(record.scope),
        "account": next(accounts, record.account or ""),
        "expires_at": str(record.expires_at),
    }


class _MethodPolicy(APIGatewayAuthorizerResponse):
    """Takes every path: policy documents and `_PLAIN_ARN` say which are safe, and more are."""

    path_regex = "/"


def _policy_answer(question: Question, token: ActiveToken | None, policy: Policy) -> dict[str, Any]:
    """A policy true for every route and method it can be reused on while it is cached.

    The gateway itself refuses here, on all routes: one cached context cannot carry a verdict on
    each of them, and a REST API can word its refusals in its gateway responses.
    """
    if token and token.record.jkt is not None:
        rules = [_bound_rule(question.arn, token, policy)]
    else:
        caller = Caller.of(token) if token else None
        rules = [*policy.rules(caller), *((False, "*", path) for path in ALIASES)]
    # Of nobody in particular it can be said that some routes are open, but not that this one is.
    verdict = Verdict.UNAUTHENTICATED
    if token:
        allowed_somewhere = any(allowed for allowed, _, _ in rules)
        verdict = Verdict.ALLOWED if allowed_somewhere else Verdict.INSUFFICIENT
    answer = _MethodPolicy(**_iam_answer(question.arn, token, verdict))
    for allowed, method, path in rules:
        (answer.allow_route if allowed else answer.deny_route)(method, path)
    return answer.asdict()


def _bound_rule(arn: str, token: ActiveToken, policy: Policy) -> tuple[bool, str, str]:
    """Allow a bound token this one method, or deny all: a proof for one address opens no other.

    So an answer that is reused for another method, which it should not be, is a refusal there.
    """
    _, _, method, *path = arn.split("/") if arn.count("/") > 1 else ("", "", "")
    address = "/" + "/".join(path)
    decision = policy.decide(Caller.of(token), method, canonical_path(address))
    is_plain = method in HttpVerb.__members__ and _PLAIN_ARN.fullmatch(arn) is not None
    if is_plain and decision.verdict is Verdict.ALLOWED:
        return True, method, address
    return False, "*", "/*"


def _connect_answer(
    question: Question, token: ActiveToken | None, caller: Caller | None
) -> dict[str, Any]:
    """A policy for a WebSocket's $connect.

    A connection goes both ways, so a read-only token may not open one.
    """
    verdict = judge(caller, FULL)
    answer = APIGatewayAuthorizerResponseWebSocket(**_iam_answer(question.arn, token, verdict))
    change = answer.allow_route if verdict is Verdict.ALLOWED else answer.deny_route
    change("$connect")
    return answer.asdict()


def _iam_answer(arn: str, token: ActiveToken | None, verdict: Verdict) -> dict[str, Any]:
    """The arguments of an IAM answer: the API's parts, the caller, the context."""
    # Read as a WebSocket's, which lacks the method, because only the API and its stage are needed.
    api = parse_api_gateway_arn(arn, is_websocket_authorizer=True)
    return {
        "principal_id": token.record.owner.subject if token else "anonymous",
        "partition": api.partition,
        "region": api.region,
        "aws_account_id": api.aws_account_id,
        "api_id": api.api_id,
        "stage": api.stage,
        "context": context_of(token, Decision(verdict, Refusal.GATEWAY, "")),
    }
