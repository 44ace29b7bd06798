"""SimpleStore: IdentityServer4's endpoints under /connect (docs/platforms/simplestore.md).

Its clients know an error by status 400 and take a 401 for a broken connection, so every token
error is 400 with one member and no challenge, also after HTTP Basic; but 429 with `Retry-After`
after too many failures.
"""

from token_service.wire.dialect import Operation
from token_service.wire.form import Repeated
from token_service.wire.oauth import OAuthDialect
from token_service.wire.oauth_profile import BEARER, Answer, Profile

PROFILE = Profile(
    name="simple_store",
    routes={
        "/connect/token": Operation.ISSUE,
        "/connect/introspect": Operation.INTROSPECT,
        "/connect/revocation": Operation.REVOKE,
    },
    prefixes=("/connect/",),
    repeated=Repeated.KEEP_FIRST,
    first_method_wins=True,  # IdentityServer's parsers stop at the first secret
    other_schemes=True,
    public_may_send_secret=True,
    missing_grant_type="",  # a grant nobody offers: unsupported_grant_type (2, step 6)
    token_members=("access_token", "expires_in", "token_type", "scope"),
    describe_errors=False,
    revocation_hints=frozenset({"access_token", "refresh_token"}),
    errors={
        Operation.ISSUE: {
            "method_not_allowed": Answer(400, "invalid_request"),
            "unsupported_media_type": Answer(400, "invalid_request"),
            "payload_too_large": Answer(400, "invalid_request"),
        },
        Operation.INTROSPECT: {
            "invalid_client": Answer(401, None),
            "missing_token": Answer(400, "missing_token"),
        },
    },
    other_errors={
        "unauthenticated": Answer(401, "invalid_token", challenge=BEARER),
        "forbidden": Answer(403, "insufficient_scope"),
        "missing_token": Answer(400, "invalid_request"),
        "method_not_allowed": Answer(405, None),
        "unsupported_media_type": Answer(415, None),
        "payload_too_large": Answer(400, "invalid_request"),
        "not_found": Answer(404, None),
        # RFC 6585 section 4; of the registered codes this one says: later.
        "too_many_failures": Answer(429, "temporarily_unavailable"),
        "temporarily_unavailable": Answer(503, "temporarily_unavailable"),
        "server_error": Answer(500, "server_error"),
    },
    content_type="application/json; charset=UTF-8",
    headers={"cache-control": "no-store, no-cache, max-age=0", "pragma": "no-cache"},
)


def dialect(issuer: str) -> OAuthDialect:
    """The dialect of a deployment with this issuer."""
    return OAuthDialect(PROFILE, issuer)
