"""Standard OAuth 2.0 under /oauth2, strict: RFC 6749, 7662, 7009 (docs/platforms/oauth.md).

Whatever path no dialect claims is answered in this one.
"""

from token_service.wire.dialect import Operation
from token_service.wire.form import Repeated
from token_service.wire.oauth import OAuthDialect
from token_service.wire.oauth_profile import (
    BASIC,
    BEARER,
    BEARER_INSUFFICIENT,
    BEARER_INVALID,
    Answer,
    Profile,
)

TOKEN_PATH = "/oauth2/token"  # noqa: S105 - a path
INTROSPECTION_PATH = "/oauth2/introspect"
REVOCATION_PATH = "/oauth2/revoke"

PROFILE = Profile(
    name="standard",
    routes={
        TOKEN_PATH: Operation.ISSUE,
        INTROSPECTION_PATH: Operation.INTROSPECT,
        REVOCATION_PATH: Operation.REVOKE,
    },
    prefixes=("",),
    repeated=Repeated.REFUSE,  # RFC 6749 section 3.2
    first_method_wins=False,  # RFC 6749 section 2.3: one method in a request
    other_schemes=False,
    public_may_send_secret=False,
    missing_grant_type=None,
    token_members=("access_token", "token_type", "expires_in", "scope"),
    describe_errors=True,
    revocation_hints=None,  # RFC 7009 section 2.1: a wrong hint changes nothing
    errors={
        # RFC 7662 section 2.3: 401 with a challenge, however the caller authenticated.
        Operation.INTROSPECT: {"invalid_client": Answer(401, "invalid_client", challenge=BASIC)},
    },
    other_errors={
        # 400 when the body was used: a 401 must carry a challenge (RFC 9110 section 15.5.2), and
        # one for Basic would answer a question that nobody asked.
        "invalid_client_by_header": Answer(401, "invalid_client", challenge=BASIC),
        # What a backend behind the authorizer says (RFC 6750 section 3): why, only to those who
        # showed a token.
        "unauthenticated": Answer(401, None, challenge=BEARER),
        "unauthenticated_by_header": Answer(401, "invalid_token", challenge=BEARER_INVALID),
        "forbidden": Answer(403, "insufficient_scope", challenge=BEARER_INSUFFICIENT),
        "missing_token": Answer(400, "invalid_request"),
        "method_not_allowed": Answer(405, "invalid_request"),
        "unsupported_media_type": Answer(400, "invalid_request"),
        "payload_too_large": Answer(413, "invalid_request"),
        "not_found": Answer(404, "not_found"),
        # RFC 6585 section 4; of the registered codes this one says: later.
        "too_many_failures": Answer(429, "temporarily_unavailable"),
        "temporarily_unavailable": Answer(503, "temporarily_unavailable"),
        "server_error": Answer(500, "server_error"),
    },
)


def dialect(issuer: str) -> OAuthDialect:
    """The dialect of a deployment with this issuer."""
    return OAuthDialect(PROFILE, issuer)
