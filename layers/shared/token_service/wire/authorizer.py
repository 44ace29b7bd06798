"""What API Gateway, AppSync and other Lambdas are answered that ask for authorization.

The answers' shapes: aws-facts section 1. Context values are flat strings, which every kind of
gateway passes on.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from token_service.domain.model import ActiveToken, Grant, OwnerKind
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
from token_service.domain.validate import TokenValidator
from token_service.wire.authorizer_events import Kind, Question, SignedRequest, read_question
from token_service.wire.magento.paths import ALIASES, canonical

# A GraphQL document that changes anything must say so with one of these words.
_GRAPHQL_WRITE = re.compile(r"\b(mutation|subscription)\b")
type ObserveAuthorization = Callable[[str, str, str | None], None]
"""Told the kind of caller, the verdict, and the client id of an active token."""


type VerifySigned = Callable[[SignedRequest], ActiveToken | None]
"""Finds the token of a signed request's owner, or None."""


@dataclass(frozen=True, slots=True)
class AuthorizerSettings:
    """`audience` is the resource server this authorizer stands before (RFC 9068 section 4).

    `integration_bearer` lets integrations send their token unsigned, as seed 003 has it.
    """

    audience: str
    integration_bearer: bool = True


class Authorizer:
    """Answers authorization questions: active token for this audience, then the policy."""

    def __init__(
        self,
        *,
        validator: TokenValidator,
        verify_signed: VerifySigned,
        policy: Policy,
        settings: AuthorizerSettings,
        observe: ObserveAuthorization,
    ) -> None:
        """`verify_signed` finds whose signature a request carries."""
        self._validator = validator
        self._verify_signed = verify_signed
        self._policy = policy
        self._settings = settings
        self._observe = observe

    def answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The answer in the asker's own shape; denied unless something allows.

        Raises:
            UnknownEventError: not an authorizer event.
            Unavailable: the store did not answer. A Deny would be cached, so this is a fault.

        """
        question = read_question(event)
        token = self._token(question)
        answer = write_answer(question, token, self._policy)
        context = answer.get("context") or answer.get("resolverContext") or {}
        subject = token.record.owner.subject if token else None
        self._observe(question.kind, context["verdict"], subject)
        return answer

    def _token(self, question: Question) -> ActiveToken | None:
        signed = question.signed
        token = self._verify_signed(signed) if signed else self._bearer(question.token)
        return token if token and self._settings.audience in token.record.audience else None

    def _bearer(self, text: str | None) -> ActiveToken | None:
        token = self._validator.validate(text) if text else None
        integration = token is not None and token.record.grant is Grant.INTEGRATION
        return None if integration and not self._settings.integration_bearer else token


def write_answer(question: Question, token: ActiveToken | None, policy: Policy) -> dict[str, Any]:
    """The answer in the asker's own shape; denied unless something allows."""
    caller = Caller.of(token) if token else None
    if question.kind is Kind.POLICY:
        return _policy_answer(question, token, policy)
    if question.kind is Kind.WEBSOCKET:
        # A connection goes both ways, so a read-only token may not open one.
        return _iam(token, [(judge(caller, FULL) is Verdict.ALLOWED, question.arn)])
    if question.kind is Kind.APPSYNC:
        required = FULL if _GRAPHQL_WRITE.search(question.graphql) else READ_ONLY
        decision = Decision(judge(caller, required), Refusal.GATEWAY, required)
        allowed = decision.verdict is Verdict.ALLOWED
        # Reused for other operations of the same token, an answer about a query would be wrong.
        context = context_of(token, decision)
        return {"isAuthorized": allowed, "resolverContext": context, "ttlOverride": 0}
    decision = policy.decide(caller, question.method, canonical_path(question.path))
    allowed = decision.verdict is Verdict.ALLOWED
    if question.admits_guests and decision.refusal is Refusal.BACKEND:
        # A backend that refuses for itself gets the caller with the verdict on it.
        allowed = True
    return {"isAuthorized": allowed, "context": context_of(token, decision)}


def canonical_path(path: str) -> str:
    """The path that a policy names: Magento's routes have many (contracts/magento.md 1.1)."""
    route = canonical(path)
    return path if route is None else f"/rest{route}"


def context_of(token: ActiveToken | None, decision: Decision) -> dict[str, str]:
    """What the backend learns of the caller: never the token."""
    found = {"verdict": str(decision.verdict), "required": decision.required}
    if token is None:
        return {**found, "active": "false"}
    record = token.record
    return {
        **found,
        "active": "true",
        "kind": record.owner.kind,
        "client_id": record.owner.id if record.owner.kind is OwnerKind.CLIENT else "",
        "subject": record.owner.subject,
        "grant": record.grant,
        "access": record.access,
        "scope": " ".join(record.scope),
        "account": record.account or "",
        "expires_at": str(record.expires_at),
    }


def _policy_answer(question: Question, token: ActiveToken | None, policy: Policy) -> dict[str, Any]:
    """A policy true for every route and method it can be reused on while it is cached.

    The gateway itself refuses here, on all routes: one cached context cannot carry a verdict on
    each of them, and a REST API can word its refusals in its gateway responses.
    """
    api_and_stage = "/".join(question.arn.split("/")[:2])
    caller = Caller.of(token) if token else None
    rules = [
        (allowed, f"{api_and_stage}/{method}{path}")
        for allowed, method, path in policy.rules(caller)
    ]
    aliases = [(False, f"{api_and_stage}/*{path}") for path in ALIASES]
    return _iam(token, rules + aliases)


def _iam(token: ActiveToken | None, rules: list[tuple[bool, str]]) -> dict[str, Any]:
    """An IAM policy, and a context for those whom it lets pass anywhere."""
    statements = [
        {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resources}
        for effect, resources in (
            ("Allow", [arn for allowed, arn in rules if allowed]),
            ("Deny", [arn for allowed, arn in rules if not allowed]),
        )
        if resources
    ]
    # Of nobody in particular it can be said that some routes are open, but not that this one is.
    verdict = Verdict.UNAUTHENTICATED
    if token:
        allowed_somewhere = any(allowed for allowed, _ in rules)
        verdict = Verdict.ALLOWED if allowed_somewhere else Verdict.INSUFFICIENT
    if not statements:
        statements = [{"Action": "execute-api:Invoke", "Effect": "Deny", "Resource": ["*"]}]
    return {
        "principalId": token.record.owner.subject if token else "anonymous",
        "policyDocument": {"Version": "2012-10-17", "Statement": statements},
        "context": context_of(token, Decision(verdict, Refusal.GATEWAY, "")),
    }
