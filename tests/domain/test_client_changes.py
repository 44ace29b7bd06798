"""Changing clients, and the keys that they register."""

import json
from typing import Any

import pytest
from token_service.domain.administration import NewClient, NoSuchClientError
from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.client_details import ClientDetailError
from token_service.domain.client_keys import MAX_JWKS, ClientKeyError, read_jwks
from token_service.domain.grants import Grant, TokenFormat
from token_service.domain.owners import Client, Introspection
from token_service.domain.ports import OwnerChangedError

from tests.client_keys import ABSENT, client_jwk
from tests.domain.acts import register
from tests.samples import NOW, SECRET
from tests.service import Service

RS256 = SigningAlgorithm.RS256
CHANGES: list[dict[str, Any]] = [
    {"name": "Łódź"},
    {"grants": frozenset({Grant.IMPLICIT})},
    {"scopes": ("a", "b")},
    {"scopes": ()},
    {"audience": ("https://a.example",)},
    {"token_format": TokenFormat.OPAQUE},
    {"token_lifetime": 60},
    {"token_lifetime": None},
    {"expires_at": NOW + 1},
    {"expires_at": None},
    {"introspection": Introspection.AUDIENCE, "serves": ("https://a.example",)},
    {"introspection": Introspection.ANY},
    {"dpop_bound": True},
    {"recorded": False},
    {"jwks": (client_jwk(),), "secrets": ()},
    {"name": "Both", "scopes": ("c",)},
]


@pytest.mark.parametrize("changes", CHANGES, ids=" ".join)
def test_only_what_is_given_changes(service: Service, changes: dict[str, Any]) -> None:
    """One write; the id, the secrets, the epoch and all else stay as they are."""
    before, _ = register(service, scopes=("old",), token_lifetime=600, expires_at=NOW + 99)
    given = {name: value for name, value in changes.items() if name != "secrets"}
    changed = service.administration.update("shop", **given)
    kept = {name: getattr(before, name) for name in Client.__dataclass_fields__}
    assert changed == Client(**kept | changes | {"version": 1})
    assert service.administration.show("shop") == changed


BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("name", {"name": ""}),
    ("scope values", {"scopes": ("a b",)}),
    ("audience values", {"audience": ("a b",)}),
    ("served audience values", {"introspection": Introspection.AUDIENCE, "serves": ("a b",)}),
    (
        "served audiences together",
        {"introspection": Introspection.AUDIENCE, "serves": ("a" * 301,)},
    ),
    ("audiences served", {"introspection": Introspection.AUDIENCE}),
    ("audiences served", {"serves": ("https://a.example",)}),
    ("audiences served", {"introspection": Introspection.ANY, "serves": ("https://a.example",)}),
    ("lifetime", {"token_lifetime": 59}),
    ("only JWTs", {"token_format": TokenFormat.OPAQUE, "recorded": False}),
    ("only JWTs", {"token_format": TokenFormat.BASE36, "recorded": False}),
    ("expiry", {"expires_at": NOW}),
    ("grants", {"grants": frozenset({Grant.PASSWORD})}),
    ("1 to 4 keys", {"jwks": tuple(client_jwk(number=n) for n in range(5))}),
    ("private", {"jwks": (client_jwk(d="AA"),)}),
    ("private", {"jwks": ({"kty": "oct", "k": "AAAA"},)}),
    ("same kid", {"jwks": (client_jwk(), client_jwk(number=2, kid=client_jwk()["kid"]))}),
    *(("kid", {"jwks": (client_jwk(kid=kid),)}) for kid in ("", 5, None, "k" * 101)),
    *(
        ("key 2", {"jwks": (client_jwk(), broken)})
        for broken in (
            {},
            {"kty": "EC"},
            client_jwk(number=2, use="enc"),
            client_jwk(number=2, alg="ES384"),
            client_jwk(number=2, alg="RS256"),
            client_jwk(number=2, crv="P-384"),
            client_jwk(number=2, x="AA"),
            client_jwk(number=2, x=5),
            client_jwk(number=2, y=ABSENT),
            client_jwk(number=2, kty=["EC"]),
            client_jwk(RS256, n="AQAB"),
            client_jwk(RS256, e=None),
        )
    ),
]


@pytest.mark.parametrize(("named", "changes"), BROKEN)
def test_a_change_that_cannot_be_used_is_refused(
    service: Service, named: str, changes: dict[str, Any]
) -> None:
    """It is named, nothing is written, and a new client is refused for the same (item 44)."""
    before, _ = register(service)
    with pytest.raises(ClientDetailError, match=named):
        service.administration.update("shop", **changes)
    assert service.administration.show("shop") == before
    with pytest.raises(ClientDetailError, match=named):
        service.administration.create(NewClient(**{"name": "New", **changes}))


def test_a_public_client_stays_one(service: Service) -> None:
    """What a public client cannot be given when made, it cannot be given later."""
    register(service, public=True)
    changes: list[dict[str, Any]] = [
        {"jwks": (client_jwk(),)},
        {"grants": frozenset({Grant.CLIENT_CREDENTIALS})},
        {"introspection": Introspection.ANY},
    ]
    for change in changes:
        with pytest.raises(ClientDetailError, match="public"):
            service.administration.update("shop", **change)


def test_what_has_reserved_does_not_expire(service: Service) -> None:
    """DynamoDB's own expiry could not give it back; it keeps what it has, or gives it back first.

    A new client may not have both either.
    """
    service.clients.rate_limit = 7
    before, _ = register(service, reserved_rate_limit=7)
    with pytest.raises(ClientDetailError, match="a key that expires cannot reserve a rate limit"):
        service.administration.update("shop", expires_at=NOW + 1)
    assert service.administration.show("shop") == before
    assert service.administration.update("shop", expires_at=None).reserved_rate_limit == 7
    both = NewClient("Both", expires_at=NOW + 1, reserved_rate_limit=1)
    with pytest.raises(ClientDetailError, match="a key that expires cannot reserve a rate limit"):
        service.administration.create(both)


def test_an_expired_client_can_still_be_changed(service: Service) -> None:
    """Only a new expiry has to be in the future."""
    register(service, expires_at=NOW + 10)
    service.now.advance(11)
    assert service.administration.update("shop", name="Old").expires_at == NOW + 10


def test_unknown_and_overtaken(service: Service) -> None:
    """There is nothing to change, or somebody else has."""
    with pytest.raises(NoSuchClientError):
        service.administration.update("shop", name="X")
    register(service)
    find = service.clients.find

    def overtaken(identifier: str) -> Client | None:
        found = find(identifier)
        assert found is not None
        service.clients.replace(found)
        return found

    service.clients.find = overtaken  # type: ignore[method-assign]
    with pytest.raises(OwnerChangedError):
        service.administration.update("shop", name="X")


def test_keys_instead_of_a_secret(service: Service) -> None:
    """A client with keys is given no secret, cannot bring one, and has none to rotate (item 26)."""
    made = service.administration.create(NewClient("Shop", id="shop", jwks=(client_jwk(),)))
    assert (made.secret, made.client.secrets) == (None, ())
    with pytest.raises(ClientDetailError, match="keys"):
        service.administration.rotate_secret("shop", 0)
    with pytest.raises(ClientDetailError, match="no secret"):
        service.administration.create(NewClient("B", secret=SECRET, jwks=(client_jwk(),)))
    service.administration.update("shop", jwks=())
    assert service.administration.rotate_secret("shop", 0).secret


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_a_set_or_a_key(algorithm: SigningAlgorithm) -> None:
    """Both are read; of a key only what verifying needs is kept."""
    jwk = client_jwk(algorithm)
    assert read_jwks(json.dumps(jwk)) == (jwk,)
    other = client_jwk(algorithm, 2) | {"x5c": ["AA"], "key_ops": ["verify"], "note": "mine"}
    assert read_jwks(json.dumps({"keys": [jwk, other]})) == (jwk, client_jwk(algorithm, 2))


NO_WORDS: list[Any] = [[], ["ES256"], {}, None, 5, True]


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "[]", "1", '"x"', "null", "{}", '{"keys":{}}', '{"keys":[]}', '{"keys":[1]}'),
        *("[" * 100_000, "-----BEGIN PUBLIC KEY-----", "\0"),
        json.dumps({"keys": [client_jwk(number=n) for n in range(5)]}),
        json.dumps(client_jwk(d="AA")),
        *(json.dumps(client_jwk(alg=alg)) for alg in (*NO_WORDS, "none", "HS256")),
        *(json.dumps(client_jwk(**{name: v})) for name in ("kty", "use", "crv") for v in NO_WORDS),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_key_document(text: str) -> None:
    """It is refused with a sentence that quotes nothing of it."""
    for document in (text, text.encode()):
        with pytest.raises(ClientKeyError) as caught:
            read_jwks(document)
        assert "BEGIN" not in str(caught.value)
    with pytest.raises(ClientKeyError):
        read_jwks(b"\xff\xfe\xff")


def test_keys_are_limited_in_size() -> None:
    """So that a client stays one read unit: four keys of 2048 bits fit, long kids do not."""
    usual = [client_jwk(RS256, n) for n in range(4)]
    assert len(read_jwks(json.dumps({"keys": usual}))) == 4
    long = [client_jwk(RS256, n, kid=f"{n}" * 100) for n in range(4)]
    with pytest.raises(ClientKeyError, match=str(MAX_JWKS)):
        read_jwks(json.dumps({"keys": long}))
