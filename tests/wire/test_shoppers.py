"""Second tokens: for which shopper a client calls, as the authorizer finds it."""

from dataclasses import replace
from typing import Any

import pytest
from token_service.domain.grants import Access, Grant, TokenFormat
from token_service.domain.mint import TokenDetails
from token_service.domain.owners import OwnerKind
from token_service.domain.policy_order import compose
from token_service.wire.authorizer import Authorizer, AuthorizerSettings
from token_service.wire.enforce import caller_of
from token_service.wire.policy_document import read_routes

from tests.samples import an_account
from tests.service import ISSUER, Service
from tests.wire.demo_clients import CLIENT, register

CUSTOMER, MEMBER = OwnerKind.CUSTOMER, OwnerKind.ACCOUNT_MEMBER
HEADERS = {
    CUSTOMER: "X-Moltin-Customer-Token",
    MEMBER: "EP-Account-Management-Authentication-Token",
}
ROUTES = [
    {"path": "/orders", "read": ["customer", "account"], "write": "nobody", "refusal": "backend"},
    {"path": "/customers", "read": "customer", "write": "customer", "refusal": "backend"},
    {"path": "/open", "read": "anonymous", "write": "anonymous", "refusal": "backend"},
    {"path": "/*", "read": "read_only", "write": "full", "refusal": "backend"},
]


class World:
    """One store with a client and a shopper of each kind."""

    def __init__(self) -> None:
        self.service = Service()
        register(self.service.administration)
        self.authorizer = Authorizer(
            validator=self.service.validator,
            verify_signed=lambda _: None,
            proofs=self.service.proofs,
            policy=compose(read_routes({"routes": ROUTES}, "document")),
            settings=AuthorizerSettings(ISSUER),
            observe=lambda *_: None,
        )
        client = self.service.clients.by_id[CLIENT]
        self.implicit = self.mint(client, Grant.IMPLICIT, Access.READ_ONLY)
        self.shoppers = {}
        for kind in (CUSTOMER, MEMBER):
            account = an_account(kind=kind, id=f"{kind}-1", username=f"{kind}@shop.test")
            self.service.owners.accounts[kind].create(account)
            self.shoppers[kind] = self.mint(account)

    def mint(
        self,
        owner: Any,  # noqa: ANN401 - an owner
        grant: Grant = Grant.PASSWORD,
        access: Access = Access.FULL,
        account: str | None = None,
    ) -> str:
        """A token of anybody's."""
        details = TokenDetails(
            owner=owner,
            grant=grant,
            access=access,
            form=TokenFormat.OPAQUE,
            lifetime=3600,
            account=account,
        )
        return self.service.mint.mint(details).value

    def ask(self, path: str, method: str = "GET", **event: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
        """The context for a call with an implicit token and these headers."""
        headers = {"authorization": f"Bearer {self.implicit}"} | event.pop("headers", {})
        answer = self.authorizer.answer(
            {
                "version": "2.0",
                "rawPath": path,
                "headers": headers,
                "requestContext": {"stage": "$default", "http": {"method": method}},
                **event,
            }
        )
        context: dict[str, str] = answer["context"]
        return context


@pytest.fixture
def world() -> World:
    """A store with shoppers."""
    return World()


@pytest.mark.parametrize("kind", HEADERS)
@pytest.mark.parametrize("scheme", ["", "Bearer "])
def test_a_shopper_s_token_opens_what_is_the_shopper_s(
    world: World, kind: OwnerKind, scheme: str
) -> None:
    """And the backend learns for whom it is asked; reading what is public stays as it was."""
    headers = {HEADERS[kind]: scheme + world.shoppers[kind]}
    found = world.ask("/orders", headers=headers)
    assert (found["verdict"], found["shopper"]) == ("allowed", f"{kind}:{kind}-1")
    assert (found["client_id"], found["access"]) == (CLIENT, "read_only")
    assert world.shoppers[kind] not in str(found)
    assert world.ask("/customers", headers=headers)["verdict"] == (
        "allowed" if kind is CUSTOMER else "insufficient"
    )
    assert world.ask("/products", headers=headers)["verdict"] == "allowed"
    assert world.ask("/orders", "POST", headers=headers)["verdict"] == "insufficient"
    alone = world.ask("/orders")
    assert (alone["verdict"], alone["shopper"]) == ("insufficient", "")
    assert alone["required"] == "customer or account"


def test_a_backend_learns_the_buyer_account(world: World) -> None:
    """Two tokens of one member, each for its own account; a customer's token names none."""
    member = world.service.owners.accounts[MEMBER].find(f"{MEMBER}-1")
    for account in ("company", "household"):
        token = world.mint(member, account=account)
        found = world.ask("/orders", headers={HEADERS[MEMBER]: token})
        caller = caller_of(found)
        assert (caller.shopper, caller.account) == (f"{MEMBER}:{MEMBER}-1", account)
    found = world.ask("/orders", headers={HEADERS[CUSTOMER]: world.shoppers[CUSTOMER]})
    assert caller_of(found).account == ""


@pytest.mark.parametrize("kind", HEADERS)
@pytest.mark.parametrize(
    "bad", ["forged", "", "a b", "expired", "other kind", "client", "revoked", "foreign", "bound"]
)
def test_a_bad_shopper_s_token_is_unauthenticated(world: World, kind: OwnerKind, bad: str) -> None:
    """Forged, expired, ended, of another kind or for others: 401 wherever a token is asked for."""
    text = {"other kind": world.shoppers[MEMBER if kind is CUSTOMER else CUSTOMER]} | {
        "client": world.implicit,
        "forged": world.shoppers[kind][:-1] + ("0" if world.shoppers[kind][-1] != "0" else "1"),
    }
    token = text.get(bad, bad if bad in ("", "a b") else world.shoppers[kind])
    records = world.service.tokens.records
    for place, record in tuple(records.items()):
        if record.owner.kind is kind:
            records[place] = replace(
                record,
                revoked_at=1 if bad == "revoked" else None,
                audience=("https://elsewhere.test",) if bad == "foreign" else record.audience,
                jkt="thumbprint" if bad == "bound" else None,
            )
    if bad == "expired":
        world.service.now.advance(3601)
        world.implicit = world.mint(
            world.service.clients.by_id[CLIENT], Grant.IMPLICIT, Access.READ_ONLY
        )
    for path in ("/orders", "/products"):
        found = world.ask(path, headers={HEADERS[kind]: token})
        assert (found["verdict"], found["active"]) == ("unauthenticated", "false")
    assert world.ask("/open", headers={HEADERS[kind]: token})["verdict"] == "allowed"


def test_two_shoppers_at_once_are_refused(world: World) -> None:
    """A request is for one; nobody has to guess for which ("Mixing")."""
    headers = {HEADERS[kind]: token for kind, token in world.shoppers.items()}
    for path in ("/orders", "/products"):
        assert world.ask(path, headers=headers)["verdict"] == "insufficient"


def test_a_shopper_s_token_alone_is_nobody_s(world: World) -> None:
    """Without the client's there is no caller; as the bearer it is a person's, not a client's."""
    token = world.shoppers[CUSTOMER]
    headers = {HEADERS[CUSTOMER]: token, "authorization": ""}
    assert world.ask("/orders", headers=headers)["verdict"] == "unauthenticated"
    headers = {"authorization": f"Bearer {token}"}
    assert world.ask("/orders", headers=headers)["verdict"] == "insufficient"


@pytest.mark.parametrize("named", [False, True])
def test_an_answer_that_is_reused_speaks_of_no_shopper(world: World, *, named: bool) -> None:
    """Unless the header is part of what it is reused by: many shoppers send one implicit token."""
    token = world.shoppers[CUSTOMER]
    identity = [f"Bearer {world.implicit}", *([token] if named else [])]
    headers = {HEADERS[CUSTOMER]: token}
    found = world.ask("/customers", headers=headers, identitySource=identity)
    assert (found["verdict"], bool(found["shopper"])) == (
        ("allowed", True) if named else ("insufficient", False)
    )


def test_iam_policies_speak_of_no_shopper(world: World) -> None:
    """They are reused for every caller with the same bearer token."""
    event = {
        "type": "REQUEST",
        "methodArn": "arn:aws:execute-api:us-east-1:123456789012:abc/stage/GET/orders",
        "headers": {"authorization": world.implicit, HEADERS[CUSTOMER]: world.shoppers[CUSTOMER]},
    }
    answer = world.authorizer.answer(event)
    allowed = [
        s["Resource"] for s in answer["policyDocument"]["Statement"] if s["Effect"] == "Allow"
    ]
    assert not any("/orders" in arn for arns in allowed for arn in arns)
    assert answer["context"]["shopper"] == ""


@pytest.mark.parametrize("kind", HEADERS)
def test_other_lambdas_name_the_shopper(world: World, kind: OwnerKind) -> None:
    """As members of the documented event."""
    name = {CUSTOMER: "customer_token", MEMBER: "account_token"}[kind]
    event = {"type": "DIRECT", "token": world.implicit, "method": "GET", "path": "/orders"}
    assert world.authorizer.answer(event | {name: world.shoppers[kind]})["isAuthorized"] is True
    for bad in ("forged", "", 7, world.implicit):
        answer = world.authorizer.answer(event | {name: bad})
        assert answer["context"]["verdict"] == "unauthenticated"
    assert world.authorizer.answer(event)["context"]["verdict"] == "insufficient"
