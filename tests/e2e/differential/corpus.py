"""The requests that are sent to both servers, each with a name that says what is odd about it."""

from base64 import b64encode
from dataclasses import dataclass

from tests.e2e.deployed import Party
from tests.e2e.differential.cast import AUDIENCE, MAIN, OTHER, PUBLIC, SERVER, SPECIAL, UNABLE
from tests.e2e.endpoints import FORM

TOKEN, INTROSPECT, REVOKE = "/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"
A_TOKEN = b"<token>"
"""Stands in a body for a fresh token of MAIN, which each server has issued itself."""

GRANT = "grant_type=client_credentials"
ID = f"client_id={MAIN.id}"
IN_BODY = f"{ID}&client_secret={MAIN.secret}"
GOOD = f"{GRANT}&{IN_BODY}"
WRONG = f"{GRANT}&{ID}&client_secret=wrong"
TOKEN_FIELD = "token=<token>"

type Header = tuple[str, str]


@dataclass(frozen=True)
class Request:
    """One request, as it is typed."""

    name: str
    path: str
    body: bytes
    headers: tuple[Header, ...] = (FORM,)
    method: str = "POST"


def basic(credentials: str | bytes | Party, scheme: str = "Basic ") -> Header:
    """An Authorization header of these bytes, or of credentials that need no encoding."""
    if isinstance(credentials, Party):
        credentials = f"{credentials.id}:{credentials.secret}"
    raw = credentials.encode() if isinstance(credentials, str) else credentials
    return "authorization", scheme + b64encode(raw).decode()


def _requests(
    path: str, *shapes: tuple[str, str] | tuple[str, str, tuple[Header, ...]]
) -> tuple[Request, ...]:
    """POSTs of forms: a name, a body, and headers besides the content type."""
    return tuple(
        Request(name, path, body.encode(), (FORM, *(headers[0] if headers else ())))
        for name, body, *headers in shapes
    )


def _bytes(name: str, body: bytes) -> Request:
    return Request(name, TOKEN, body)


def _media(name: str, value: str | None, body: str = GOOD) -> Request:
    return Request(name, TOKEN, body.encode(), () if value is None else (("content-type", value),))


def _method(name: str, method: str, path: str = TOKEN, body: str = GOOD) -> Request:
    return Request(name, path, body.encode(), method=method)


ME = (basic(MAIN),)
_ENCODED = "colon%3Aplus%2Bpercent%25amp%26is%3Dslash%2Fask%3F%7E%25zz"

SUCCESS = _requests(
    TOKEN,
    ("basic", GRANT, ME),
    ("body", GOOD),
    ("basic-same-id-in-body", f"{GRANT}&{ID}", ME),
    ("basic-empty-id-in-body", f"{GRANT}&client_id=", ME),
    ("basic-empty-secret-in-body", f"{GRANT}&client_secret=", ME),
    ("basic-lower-case-scheme", GRANT, (basic(MAIN, "basic "),)),
    ("basic-upper-case-scheme", GRANT, (basic(MAIN, "BASIC "),)),
    ("basic-trailing-space", GRANT, (("authorization", basic(MAIN)[1] + " "),)),
    ("basic-encoded-id", GRANT, (basic(f"%64ifferential:{MAIN.secret}"),)),
    ("basic-special-secret-encoded", GRANT, (basic(f"{SPECIAL.id}:{_ENCODED}"),)),
    ("body-special-secret", f"{GRANT}&client_id={SPECIAL.id}&client_secret={_ENCODED}"),
    ("empty-pairs", f"&&{GOOD}&&"),
    ("encoded-names", GOOD.replace("grant_type", "%67rant%5Ftype")),
    ("unknown-parameter", f"{GOOD}&unknown=x"),
    ("unknown-parameter-without-value", f"{GOOD}&unknown"),
)

BASIC = _requests(
    TOKEN,
    ("basic-two-spaces", GRANT, (basic(MAIN, "Basic  "),)),
    ("basic-wrong-secret", GRANT, (basic(f"{MAIN.id}:wrong"),)),
    ("basic-unknown-client", GRANT, (basic("no-such-client:wrong"),)),
    ("basic-empty-secret", GRANT, (basic(f"{MAIN.id}:"),)),
    ("basic-empty-id", GRANT, (basic(f":{MAIN.secret}"),)),
    ("basic-nothing-decoded", GRANT, (basic(":"),)),
    ("basic-no-colon", GRANT, (basic(MAIN.id),)),
    ("basic-not-base64", GRANT, (("authorization", "Basic !!!!"),)),
    ("basic-scheme-alone", GRANT, (("authorization", "Basic"),)),
    ("basic-unpadded", GRANT, (("authorization", basic(f"{MAIN.id}:wrong-")[1].rstrip("=")),)),
    ("basic-not-utf8", GRANT, (basic(b"\xff\xfe:x"),)),
    ("basic-nul", GRANT, (basic(b"a\0b:x"),)),
    ("basic-broken-percent", GRANT, (basic(f"{MAIN.id}:%ZZ"),)),
    ("basic-special-secret-raw", GRANT, (basic(SPECIAL),)),
    ("basic-long-id", GRANT, (basic("a" * 101 + ":x"),)),
    ("basic-twice-in-one-header", GRANT, (("authorization", f"{ME[0][1]}, {ME[0][1]}"),)),
    ("basic-and-body-secret", GOOD, ME),
    ("basic-and-wrong-body-secret", WRONG, ME),
    ("basic-other-id-in-body", f"{GRANT}&client_id={OTHER.id}", ME),
    ("bearer-alone", GRANT, (("authorization", "Bearer abc"),)),
    ("bearer-and-body-secret", GOOD, (("authorization", "Bearer abc"),)),
    ("digest-alone", GRANT, (("authorization", "Digest x"),)),
)

BODY = _requests(
    TOKEN,
    ("body-wrong-secret", WRONG),
    ("body-unknown-client", f"{GRANT}&client_id=no-such-client&client_secret=wrong"),
    ("body-id-alone", f"{GRANT}&{ID}"),
    ("body-empty-secret", f"{GRANT}&{ID}&client_secret="),
    ("body-secret-alone", f"{GRANT}&client_secret={MAIN.secret}"),
    ("body-long-id", f"{GRANT}&client_id={'a' * 101}&client_secret=x"),
    ("body-long-secret", f"{GRANT}&{ID}&client_secret={'x' * 5000}"),
    ("nobody", GRANT),
    ("empty-body", ""),
    ("public-client", f"{GRANT}&client_id={PUBLIC.id}"),
    ("public-client-body-secret", f"{GRANT}&client_id={PUBLIC.id}&client_secret=x"),
    ("public-client-basic-secret", GRANT, (basic(f"{PUBLIC.id}:x"),)),
    ("public-client-basic-empty-secret", GRANT, (basic(f"{PUBLIC.id}:"),)),
)

GRANTS = _requests(
    TOKEN,
    ("grant-not-for-client", GRANT, (basic(UNABLE),)),
    ("grant-missing", IN_BODY),
    ("grant-empty", f"grant_type=&{IN_BODY}"),
    ("grant-unknown", f"grant_type=nothing&{IN_BODY}"),
    ("grant-password", f"grant_type=password&username=a&password=b&{IN_BODY}"),
    ("grant-authorization-code", f"grant_type=authorization_code&code=x&{IN_BODY}"),
    ("grant-refresh-token", f"grant_type=refresh_token&refresh_token=x&{IN_BODY}"),
    ("grant-implicit", f"grant_type=implicit&{IN_BODY}"),
    ("grant-wrong-case", f"grant_type=Client_Credentials&{IN_BODY}"),
    ("grant-trailing-space", f"{GRANT}+&{IN_BODY}"),
    ("grant-long", f"grant_type={'a' * 101}&{IN_BODY}"),
    ("grant-missing-wrong-secret", f"{ID}&client_secret=wrong"),
    ("grant-unknown-wrong-secret", f"grant_type=nothing&{ID}&client_secret=wrong"),
)

_LONG = "+".join(["orders:read"] * 30)
SCOPE = _requests(
    TOKEN,
    ("scope-one", f"{GOOD}&scope=orders:read"),
    ("scope-both-reversed", f"{GOOD}&scope=orders:write+orders:read"),
    ("scope-named-twice", f"{GOOD}&scope=orders:read+orders:read"),
    ("scope-empty", f"{GOOD}&scope="),
    ("scope-unknown", f"{GOOD}&scope=payments"),
    ("scope-known-and-unknown", f"{GOOD}&scope=orders:read+payments"),
    ("scope-wrong-case", f"{GOOD}&scope=Orders:Read"),
    ("scope-openid", f"{GOOD}&scope=openid"),
    ("scope-offline-access", f"{GOOD}&scope=offline_access"),
    ("scope-of-a-client-without", f"{GRANT}&scope=orders:read", (basic(OTHER),)),
    ("scope-two-spaces", f"{GOOD}&scope=orders:read++orders:write"),
    ("scope-leading-space", f"{GOOD}&scope=+orders:read"),
    ("scope-trailing-space", f"{GOOD}&scope=orders:read+"),
    ("scope-quote", f"{GOOD}&scope=%22orders:read%22"),
    ("scope-backslash", f"{GOOD}&scope=orders%5Cread"),
    ("scope-not-ascii", f"{GOOD}&scope=%C3%A9"),
    ("scope-tab", f"{GOOD}&scope=orders:read%09orders:write"),
    ("scope-newline", f"{GOOD}&scope=orders:read%0Aorders:write"),
    ("scope-long", f"{GOOD}&scope={_LONG}"),
)

REPEATED = _requests(
    TOKEN,
    ("repeated-grant-type", f"{GOOD}&{GRANT}"),
    ("repeated-client-id", f"{GOOD}&{ID}"),
    ("repeated-client-secret", f"{GOOD}&client_secret=wrong"),
    ("repeated-scope", f"{GOOD}&scope=orders:read&scope=orders:write"),
    ("repeated-scope-once-empty", f"{GOOD}&scope=&scope=orders:read"),
    ("repeated-unknown", f"{GOOD}&unknown=x&unknown=y"),
    ("repeated-by-another-spelling", f"{GOOD}&%67rant_type=client_credentials"),
)

UNREADABLE = (
    _bytes("unreadable-percent", GOOD.encode() + b"&unknown=%ZZ"),
    _bytes("unreadable-percent-in-secret", f"{GRANT}&{ID}&client_secret=%ZZ".encode()),
    _bytes("unreadable-percent-cut-off", GOOD.encode() + b"&unknown=%4"),
    _bytes("unreadable-utf8", GOOD.encode() + b"&unknown=%FF"),
    _bytes("unreadable-raw-utf8", GOOD.encode() + b"&unknown=\xff\xfe"),
    _bytes("unreadable-nul", GOOD.encode() + b"&unknown=%00"),
    _bytes("unreadable-nul-in-id", f"{GRANT}&client_id=a%00&client_secret=x".encode()),
    _bytes("large-body", GOOD.encode() + b"&unknown=" + b"x" * 70_000),
)

MEDIA = (
    _media("media-charset", "application/x-www-form-urlencoded; charset=utf-8"),
    _media("media-charset-upper-case", "Application/X-WWW-Form-URLEncoded; Charset=UTF-8"),
    _media("media-json", "application/json", '{"grant_type":"client_credentials"}'),
    _media("media-json-named-for-a-form", "application/json"),
    _media("media-text", "text/plain"),
    _media("media-multipart", "multipart/form-data; boundary=x"),
    _media("media-missing", None),
    _media("media-nonsense", ";;="),
)

METHODS = (
    _method("method-get", "GET", f"{TOKEN}?{GOOD}", ""),
    _method("method-head", "HEAD", TOKEN, ""),
    _method("method-put", "PUT"),
    _method("method-patch", "PATCH"),
    _method("method-delete", "DELETE"),
    _method("method-get-introspection", "GET", INTROSPECT, ""),
    _method("method-get-revocation", "GET", REVOKE, ""),
    _method("query-all", "POST", f"{TOKEN}?{GOOD}", ""),
    _method("query-credentials", "POST", f"{TOKEN}?{IN_BODY}", GRANT),
    _method("query-grant", "POST", f"{TOKEN}?{GRANT}", IN_BODY),
    _method("query-and-body", "POST", f"{TOKEN}?{WRONG}", GOOD),
    _method("path-trailing-slash", "POST", f"{TOKEN}/"),
    _method("path-unknown", "POST", "/oauth2/nothing"),
)

INTROSPECTION = _requests(
    INTROSPECT,
    ("introspect-own", TOKEN_FIELD, ME),
    ("introspect-own-by-body", f"{TOKEN_FIELD}&{IN_BODY}"),
    ("introspect-by-resource-server", TOKEN_FIELD, (basic(SERVER),)),
    ("introspect-foreign", TOKEN_FIELD, (basic(OTHER),)),
    ("introspect-unknown", "token=unknown", ME),
    ("introspect-malformed-jwt", "token=a.b.c", ME),
    ("introspect-forged-jwt", "token=eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.", ME),
    ("introspect-hint", f"{TOKEN_FIELD}&token_type_hint=access_token", ME),
    ("introspect-wrong-hint", f"{TOKEN_FIELD}&token_type_hint=refresh_token", ME),
    ("introspect-unknown-hint", f"{TOKEN_FIELD}&token_type_hint=nothing", ME),
    ("introspect-no-token", "", ME),
    ("introspect-empty-token", "token=", ME),
    ("introspect-repeated-token", f"{TOKEN_FIELD}&token=x", ME),
    ("introspect-wrong-secret", TOKEN_FIELD, (basic(f"{MAIN.id}:wrong"),)),
    ("introspect-wrong-secret-by-body", f"{TOKEN_FIELD}&{ID}&client_secret=wrong"),
    ("introspect-nobody", TOKEN_FIELD),
    ("introspect-by-public-client", f"{TOKEN_FIELD}&client_id={PUBLIC.id}"),
    ("introspect-bearer", TOKEN_FIELD, (("authorization", "Bearer <token>"),)),
)

REVOCATION = _requests(
    REVOKE,
    ("revoke-own", TOKEN_FIELD, ME),
    ("revoke-own-by-body", f"{TOKEN_FIELD}&{IN_BODY}"),
    ("revoke-foreign", TOKEN_FIELD, (basic(OTHER),)),
    ("revoke-foreign-by-public-client", f"{TOKEN_FIELD}&client_id={PUBLIC.id}"),
    ("revoke-unknown", "token=unknown", ME),
    ("revoke-malformed-jwt", "token=a.b.c", ME),
    ("revoke-wrong-hint", f"{TOKEN_FIELD}&token_type_hint=refresh_token", ME),
    ("revoke-unknown-hint", f"{TOKEN_FIELD}&token_type_hint=nothing", ME),
    ("revoke-no-token", "", ME),
    ("revoke-empty-token", "token=", ME),
    ("revoke-repeated-token", f"{TOKEN_FIELD}&token=x", ME),
    ("revoke-wrong-secret", TOKEN_FIELD, (basic(f"{MAIN.id}:wrong"),)),
    ("revoke-wrong-secret-by-body", f"{TOKEN_FIELD}&{ID}&client_secret=wrong"),
    ("revoke-nobody", TOKEN_FIELD),
)

# {"alg":"none"}, and the client that exists as its subject.
_UNSIGNED = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJkaWZmZXJlbnRpYWwifQ."
_FOR = f"resource={AUDIENCE}"
RESOURCE = _requests(
    TOKEN,
    ("resource", f"{GOOD}&{_FOR}"),
    ("resource-and-scope", f"{GOOD}&{_FOR}&scope=orders:read"),
    ("resource-empty", f"{GOOD}&resource="),
    ("resource-unknown", f"{GOOD}&resource=https://other.example"),
    ("resource-unknown-and-scope", f"{GOOD}&resource=https://other.example&scope=orders:read"),
    ("resource-fragment", f"{GOOD}&{_FOR}%23part"),
    ("resource-relative", f"{GOOD}&resource=api"),
    ("resource-same-twice", f"{GOOD}&{_FOR}&{_FOR}"),
    ("resource-two", f"{GOOD}&{_FOR}&resource=https://other.example"),
    ("resource-wrong-secret", f"{WRONG}&resource=https://other.example"),
)

_JWT_BEARER = "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION = _requests(
    TOKEN,
    ("assertion-malformed", f"{GRANT}&{_JWT_BEARER}&client_assertion=x"),
    ("assertion-unsigned", f"{GRANT}&{_JWT_BEARER}&client_assertion={_UNSIGNED}"),
    ("assertion-without-type", f"{GRANT}&client_assertion={_UNSIGNED}"),
    ("assertion-of-another-type", f"{GRANT}&client_assertion_type=x&client_assertion={_UNSIGNED}"),
    ("assertion-type-alone", f"{GOOD}&{_JWT_BEARER}"),
    ("assertion-and-secret", f"{GOOD}&{_JWT_BEARER}&client_assertion={_UNSIGNED}"),
    ("assertion-and-basic", f"{GRANT}&{_JWT_BEARER}&client_assertion={_UNSIGNED}", ME),
    ("assertion-twice", f"{GRANT}&{_JWT_BEARER}&client_assertion=x&client_assertion=x"),
)

CORPUS = (
    *SUCCESS,
    *BASIC,
    *BODY,
    *GRANTS,
    *SCOPE,
    *REPEATED,
    *UNREADABLE,
    *MEDIA,
    *METHODS,
    *INTROSPECTION,
    *REVOCATION,
    *RESOURCE,
    *ASSERTION,
)
