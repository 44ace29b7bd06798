"""Calls with a token that is bound to a key (RFC 9449 section 7), as headers have them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.dpop import Proof
from token_service.domain.errors import NonceRequired, ServiceError

# Headers in lower case, as HTTP APIs have them.
PROOF = "dpop"
NONCE = "dpop-nonce"
CHALLENGE = "www-authenticate"
# The same as members of an authorizer's context, which gateways can name without a hyphen.
_NONCE_NOTE = "dpop_nonce"
_CHALLENGE_NOTE = "www_authenticate"
_HEADERS = {_CHALLENGE_NOTE: CHALLENGE, _NONCE_NOTE: NONCE}
ALGORITHMS = " ".join(SigningAlgorithm)


@dataclass(frozen=True, slots=True)
class BoundCall:
    """A token under the DPoP scheme, and the proof sent with it.

    `may_be_reused` is what a gateway shows of its cache: an answer might be given again without
    another proof being looked at.
    """

    token: str = field(repr=False)
    proof: Proof | None
    may_be_reused: bool = False


class UnprovedToken(ServiceError):
    """A token that was not shown to be its caller's: bound to another key, or sent as Bearer."""

    code = "invalid_token"


def refusal_notes(error: ServiceError) -> Mapping[str, str]:
    """What a backend has to tell a refused caller (RFC 9449 sections 7.1 and 9), for the context.

    A description holds nothing of the caller's, so it can stand between quotes.
    """
    challenge = (
        f'DPoP error="{error.code}", error_description="{error.public}", algs="{ALGORITHMS}"'
    )
    nonce = error.nonce if isinstance(error, NonceRequired) else None
    return {_CHALLENGE_NOTE: challenge, **nonce_note(nonce)}


def nonce_note(nonce: str | None) -> Mapping[str, str]:
    """What the caller's next proof has to hold, for the context."""
    return {} if nonce is None else {_NONCE_NOTE: nonce}


def headers_of(context: Mapping[str, object]) -> Mapping[str, str]:
    """The headers that a refusal carries by these notes; none for whoever never tried DPoP."""
    return {header: str(context[note]) for note, header in _HEADERS.items() if context.get(note)}
