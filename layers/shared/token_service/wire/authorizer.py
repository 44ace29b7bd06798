"""Authorizes the calls that API Gateway, AppSync and other Lambdas ask about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from token_service.domain.dpop import ProofVerifier
from token_service.domain.errors import InvalidProof, NonceRequired, ServiceError
from token_service.domain.grants import Grant
from token_service.domain.owners import OwnerKind
from token_service.domain.policy import Policy
from token_service.domain.tokens import ActiveToken
from token_service.domain.validate import TokenValidator
from token_service.wire.authorizer_answers import write_answer
from token_service.wire.authorizer_events import Question, SignedRequest, read_question
from token_service.wire.bound import BoundCall, UnprovedToken, nonce_note, refusal_notes

type ObserveAuthorization = Callable[[str, str, str | None, str | None], None]
"""Told the kind of caller, the verdict, the client id of an active token, and what a bound call
was refused for."""


type VerifySigned = Callable[[SignedRequest], ActiveToken | None]
"""Finds the token of a signed request's owner, or None."""


@dataclass(frozen=True, slots=True)
class AuthorizerSettings:
    """`audience` is the resource server this authorizer stands before (RFC 9068 section 4).

    `integration_bearer` lets integrations send their token unsigned
    (docs/platforms/magento.md, 5).
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

    def answer(self, event: dict[str, Any]) -> dict[str, Any]:
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
        if question.unreadable:
            return _Found(None, reason=question.unreadable)
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
