"""An OpenID provider in memory that tells the truth until a test makes it lie."""

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote_plus

from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.api_jws import PyJWS
from token_service.domain.errors import Unavailable
from token_service.domain.openid import OpenIdProvider, provider_sealing
from token_service.domain.owners import OwnerKind
from token_service.domain.sealing import Sealer
from token_service.domain.sign_in_codes import challenge_of
from token_service.providers.openid import Fetched

from tests.clock import FrozenClock, SeededBytes

ISSUER = "https://idp.example"
CALLBACK = "https://api.example/callback"
STOREFRONT = "https://shop.example/back"
CLIENT_ID = "our client:1"  # form-encoded on its way, as RFC 6749 section 2.3.1 has it
CLIENT_SECRET = "s3cr+t/ %"
_JWS = PyJWS()


@dataclass(frozen=True)
class ProviderKey:
    """A provider's key pair; `members` replace those of its JWK."""

    kid: str | None
    algorithm: str = "RS256"
    private: Any = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    members: dict[str, Any] = field(default_factory=dict)

    def jwk(self) -> dict[str, Any]:
        """Return the public JWK, as published."""
        algorithm = _JWS.get_algorithm_by_name(self.algorithm)
        jwk = algorithm.to_jwk(self.private.public_key(), as_dict=True)
        jwk |= {"kid": self.kid, "use": "sig"} | self.members
        return {name: value for name, value in jwk.items() if value is not None}


KEY = ProviderKey("one")
FOREIGN_KEY = ProviderKey("one")


def sealer() -> Sealer:
    """The deployment's sealer."""
    return Sealer(b"k" * 32, SeededBytes(3))


def provider(**changes: Any) -> OpenIdProvider:  # noqa: ANN401 - any field of one
    """The provider as an operator registered it."""
    facts: dict[str, Any] = {
        "id": "8f6f2f64-0000-4000-8000-000000000001",
        "name": "Directory",
        "issuer": ISSUER,
        "client_id": CLIENT_ID,
        "client_secret": sealer().seal(
            CLIENT_SECRET, provider_sealing("8f6f2f64-0000-4000-8000-000000000001")
        ),
        "redirect_uris": (STOREFRONT,),
        "kinds": (OwnerKind.CUSTOMER, OwnerKind.ACCOUNT_MEMBER),
        "trust_email": False,
        "created_at": 1,
        "updated_at": 1,
    }
    return OpenIdProvider(**facts | changes)


@dataclass
class Provider:
    """Answers the relying party's requests; every attribute can be bent."""

    clock: FrozenClock
    nonce: str = "nonce"
    challenge: str = challenge_of("v" * 43)
    code: str = "code"
    callback: str = CALLBACK
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    metadata: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=lambda: {"sub": "sub-1"})
    answers: dict[str, Fetched] = field(default_factory=dict)
    signing_key: ProviderKey = field(default_factory=lambda: KEY)
    published: list[ProviderKey] = field(default_factory=lambda: [KEY])
    edit: Callable[[str], str] = lambda claims: claims
    respell: Callable[[str], str] = lambda id_token: id_token
    access_token: object = "at-1"
    down: bool = False
    asked: list[str] = field(default_factory=list)

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Fetched:
        """One HTTP request."""
        self.asked.append(f"{method} {url}")
        if self.down:
            raise Unavailable(detail="down")
        if url in self.answers:
            return self.answers[url]
        path = url.removeprefix(ISSUER)
        if path == "/.well-known/openid-configuration":
            return ok(self._metadata())
        if path == "/keys":
            return ok({"keys": [key.jwk() for key in self.published]})
        if path == "/me":
            assert headers["authorization"] == "Bearer at-1"
            return ok(self.userinfo)
        assert (method, path) == ("POST", "/token")
        return self._token(headers, body or b"")

    def _metadata(self) -> dict[str, Any]:
        document = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/auth?tenant=1",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "userinfo_endpoint": f"{ISSUER}/me",
        }
        return {k: v for k, v in (document | self.metadata).items() if v is not None}

    def _token(self, headers: Mapping[str, str], body: bytes) -> Fetched:
        sent = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        pair = b64decode(headers["authorization"].removeprefix("Basic ")).decode().split(":")
        assert [unquote_plus(half) for half in pair] == [CLIENT_ID, CLIENT_SECRET]
        assert sent["grant_type"] == "authorization_code"
        assert sent["redirect_uri"] == self.callback
        if sent["code"] != self.code or challenge_of(sent["code_verifier"]) != self.challenge:
            return Fetched(400, b'{"error":"invalid_grant"}')
        now = self.clock()
        claims = {
            "iss": ISSUER,
            "aud": CLIENT_ID,
            "sub": "sub-1",
            "iat": now,
            "exp": now + 60,
            "nonce": self.nonce,
            "email": "ada@example.com",
            "email_verified": True,
            "name": "Ada",
        } | self.claims
        kept = {name: value for name, value in claims.items() if value is not None}
        # PyJWT writes "typ": "JWT" unless it is told to write none.
        header = {"typ": None} | self.header
        key = self.signing_key
        text = self.edit(json.dumps(kept))
        id_token = self.respell(_JWS.encode(text.encode(), key.private, key.algorithm, header))
        return ok({"access_token": self.access_token, "token_type": "Bearer", "id_token": id_token})


def ok(document: object) -> Fetched:
    """A JSON answer."""
    return Fetched(200, json.dumps(document).encode())
