"""HTTP Basic client authentication (RFC 6749 section 2.3.1, RFC 7617)."""

from base64 import b64decode
from binascii import Error as Base64Error

from token_service.domain.errors import InvalidClient, InvalidRequest
from token_service.domain.owners import ClientCredentials
from token_service.wire.form import decode_component
from token_service.wire.http import Request


def uses_authorization(request: Request) -> bool:
    """Whether the caller sent an Authorization header, whatever is in it."""
    return bool(request.headers.get("authorization", "").strip())


def read_basic(request: Request, *, other_schemes: bool) -> ClientCredentials | None:
    """The credentials of an Authorization header, both halves form-decoded; None without Basic.

    Where the second half cannot be read they still name a client, whose failure it is.
    `other_schemes` says whether a header of another scheme counts as none. Otherwise it is a way
    of authentication that this service does not have (RFC 6749 section 5.2).

    Raises:
        InvalidClient: the header names nobody, or is of another scheme.

    """
    scheme, _, _ = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "basic":
        if scheme and not other_schemes:
            raise InvalidClient(detail="unsupported authentication scheme")
        return None
    try:
        decoded = b64decode(
            request.headers["authorization"].strip().partition(" ")[2].strip(), validate=True
        )
        first, colon, second = decoded.partition(b":")
        client_id = decode_component(first)
    except (Base64Error, ValueError, InvalidRequest) as error:
        raise InvalidClient(detail="malformed Basic credentials") from error
    if not client_id:
        raise InvalidClient(detail="malformed Basic credentials")
    try:
        secret, malformed = decode_component(second), not colon
    except InvalidRequest:
        secret, malformed = "", True
    return ClientCredentials(
        client_id, secret or None, source=request.source_ip, malformed=malformed
    )
