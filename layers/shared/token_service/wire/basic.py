"""HTTP Basic client authentication (RFC 6749 section 2.3.1, RFC 7617)."""

from base64 import b64decode
from binascii import Error as Base64Error

from token_service.domain.errors import InvalidClient, InvalidRequest
from token_service.domain.model import ClientCredentials
from token_service.wire.form import decode_component
from token_service.wire.http import Request


def uses_authorization(request: Request) -> bool:
    """Whether the caller sent an Authorization header, whatever is in it."""
    return bool(request.headers.get("authorization", "").strip())


def read_basic(request: Request, *, other_schemes: bool) -> ClientCredentials | None:
    """The credentials of an Authorization header, both halves form-decoded; None without Basic.

    `other_schemes` says whether a header of another scheme counts as none. Otherwise it is a way
    of authentication that this service does not have (RFC 6749 section 5.2).

    Raises:
        InvalidClient: the header is malformed, or of another scheme.

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
        client_id, colon, secret = decoded.partition(b":")
        credentials = ClientCredentials(
            decode_component(client_id), decode_component(secret) or None, source=request.source_ip
        )
    except (Base64Error, ValueError, InvalidRequest) as error:
        raise InvalidClient(detail="malformed Basic credentials") from error
    if not colon or not credentials.client_id:
        raise InvalidClient(detail="malformed Basic credentials")
    return credentials
