"""HTTP Basic client authentication (RFC 6749 section 2.3.1, RFC 7617)."""

from base64 import b64decode
from binascii import Error as Base64Error

from token_service.domain.errors import InvalidClient, InvalidRequest
from token_service.domain.model import ClientCredentials
from token_service.wire.form import decode_component
from token_service.wire.http import Request


def uses_basic(request: Request) -> bool:
    """Whether the caller tried HTTP Basic, well formed or not."""
    scheme, _, _ = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "basic"


def read_basic(request: Request) -> ClientCredentials | None:
    """The credentials of an Authorization header, both halves form-decoded; None without Basic.

    Raises:
        InvalidClient: the header is malformed.

    """
    if not uses_basic(request):
        return None
    try:
        decoded = b64decode(
            request.headers["authorization"].partition(" ")[2].strip(), validate=True
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
