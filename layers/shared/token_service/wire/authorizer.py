"""What API Gateway, AppSync and other Lambdas are answered that ask for authorization.

The answers' shapes: aws-facts section 1. Context values are flat strings, which every kind of
gateway passes on.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from token_service.domain.dpop import ProofVerifier
from token_service.domain.errors import InvalidProof, NonceRequired, ServiceError
from token_service.domain.grants import Grant
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
from token_service.domain.validate import TokenValidator
from token_service.wire.authorizer_events import Kind, Question, SignedRequest, read_question
from token_service.wire.bound import BoundCall, UnprovedToken, nonce_note, refusal_notes
from token_service.wire.magento.paths import ALIASES, canonical

# A GraphQL document that changes anything must say so with one of these words.
_GRAPHQL_WRITE = re.compile(r"\b(mutation|subscription)\b")
# What an IAM resource may hold of a path without meaning more than the path itself.
_PLAIN_ARN = re.compile(r"[A-Za-z0-9:/._~%@+$-]{1,512}", re.ASCII)
type ObserveAuthorization = Callable[[str, str, str | None, str | None], None]
"""Told the kind of caller, the verdict, the client id of an active token, and what a bound call
was refused for."""


type VerifySigned = Callable[[SignedRequest], ActiveToken | None]
"""Finds the token of a signed request's owner, or None."""


@dataclass(frozen=True, slots=True)
class AuthorizerSettings:
    """`audience` is the resource server this authorizer stands before (RFC 9068 section 4).

    `integration_bearer` lets integrations send their token unsigned, as seed 003 has it.
    """

    audience: str
    integration_bearer: bool = True


@dataclass(frozen=True, slots=True)
class _Found:
    """The caller's token if it is good, what the backend is told besides, and what was wrong."""

    token: ActiveToken | None
    notes: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None
    shoppers: tuple[ActiveToken, ...] = ()

    @classmethod
    def refused(cls, error: ServiceError) -> "_Found":
        """Nobody, and why."""
        return cls(None, refusal_notes(error), error.public)


class Authorizer:
    """Answers authorization questions: active token for this audience, then the policy."""

    def __init__(  # noqa: PLR0913 - the composition root names each collaborator once
        self,
        *,
        validator: TokenValidator,
        verify_signed: VerifySigned,
        proofs: ProofVerifier,
        policy: Policy,
        settings: AuthorizerSettings,
        observe: ObserveAuthorization,
    ) -> None:
        """`verify_signed` finds whose OAuth 1.0a signature a request carries."""
        self._validator = validator
        self._verify_signed = verify_signed
        self._proofs = proofs
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
        found = self._with_shoppers(self._find(question), question.shoppers)
        answer = write_answer(question, found.token, self._policy, found.shoppers)
        context = answer.get("context") or answer.get("resolverContext") or {}
        context.update(found.notes)
        subject = found.token.record.owner.subject if found.token else None
        self._observe(question.kind, context["verdict"], subject, found.reason)
        return answer

    def _find(self, question: Question) -> _Found:
        if question.signed:
            return _Found(self._for_us(self._verify_signed(question.signed)))
        try:
            if question.bound:
                return self._bound(question.bound)
            return _Found(self._bearer(question.token))
        except (InvalidProof, NonceRequired, UnprovedToken) as error:
            return _Found.refused(error)

    def _with_shoppers(self, found: _Found, sent: Mapping[OwnerKind, str | None]) -> _Found:
        """The caller's token and those of shoppers; nothing if any of them is not good."""
        if found.token is None or not sent:
            return found
        shoppers = [self._shopper(kind, text) for kind, text in sent.items()]
        good = tuple(shopper for shopper in shoppers if shopper)
        if len(good) < len(shoppers):
            return replace(found, token=None, reason="a shopper's token is not active")
        return replace(found, shoppers=good)

    def _shopper(self, kind: OwnerKind, text: str | None) -> ActiveToken | None:
        token = self._for_us(self._validator.validate(text)) if text else None
        # One that is bound to a key proves nothing without it, and its header holds no proof.
        usable = token and token.record.owner.kind is kind and token.record.jkt is None
        return token if usable else None

    def _bearer(self, text: str | None) -> ActiveToken | None:
        token = self._for_us(self._validator.validate(text)) if text else None
        if token and token.record.jkt is not None:
            # RFC 9449 section 7.2: no way down from DPoP to Bearer.
            raise UnprovedToken("the token is bound to a key, and needs a DPoP proof")
        integration = token is not None and token.record.grant is Grant.INTEGRATION
        return None if integration and not self._settings.integration_bearer else token

    def _bound(self, call: BoundCall) -> _Found:
        """A call under the DPoP scheme; its proof is used up when all else is right."""
        if call.proof is None:
            raise InvalidProof("there is no DPoP proof here")
        if call.may_be_reused:
            # A proof is for one call, and whoever has the token could make the next without one.
            raise InvalidProof("the gateway may reuse this answer without looking at a proof")
        proved = self._proofs.verify(call.proof, call.token)
        token = self._for_us(self._validator.validate(call.token))
        if token is None:
            raise UnprovedToken("the token is not active")
        if token.record.jkt != proved.jkt:
            raise UnprovedToken("the token is not bound to the key of the DPoP proof")
        self._proofs.use(proved)
        return _Found(token, nonce_note(self._proofs.next_nonce()))

    def _for_us(self, token: ActiveToken | None) -> ActiveToken | None:
        return token if token and self._settings.audience in token.record.audience else None


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
    return {"isAuthorized": allowed, "context": context_of(token, decision, shoppers)}


def canonical_path(path: str) -> str:
    """The path that a policy names: Magento's routes have many (contracts/magento.md 1.1)."""
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


def _policy_answer(question: Question, token: ActiveToken | None, policy: Policy) -> dict[str, Any]:
    """A policy true for every route and method it can be reused on while it is cached.

    The gateway itself refuses here, on all routes: one cached context cannot carry a verdict on
    each of them, and a REST API can word its refusals in its gateway responses.
    """
    if token and token.record.jkt is not None:
        return _iam(token, [(_opens(question.arn, token, policy), question.arn)])
    api_and_stage = "/".join(question.arn.split("/")[:2])
    caller = Caller.of(token) if token else None
    rules = [
        (allowed, f"{api_and_stage}/{method}{path}")
        for allowed, method, path in policy.rules(caller)
    ]
    aliases = [(False, f"{api_and_stage}/*{path}") for path in ALIASES]
    return _iam(token, rules + aliases)


def _opens(arn: str, token: ActiveToken, policy: Policy) -> bool:
    """Whether a bound token may call this one method: a proof for one address opens no other.

    So an answer that is reused for another method, which it should not be, is a refusal there.
    """
    _, _, method, *path = arn.split("/") if arn.count("/") > 1 else ("", "", "")
    decision = policy.decide(Caller.of(token), method, canonical_path("/" + "/".join(path)))
    return decision.verdict is Verdict.ALLOWED and _PLAIN_ARN.fullmatch(arn) is not None


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
