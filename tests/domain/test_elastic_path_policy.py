"""The policies that are shipped: Elastic Path's table row by row, and how they stand together."""

from importlib.resources import files

import pytest
from token_service.domain.grants import Access, Grant
from token_service.domain.owners import OwnerKind
from token_service.domain.policy import Caller, Policy, Refusal, Verdict
from token_service.domain.policy_order import PolicyError
from token_service.wire.policy_document import read_policy

from tests.elastic_path_permissions import READ, ROWS, WRITE

SHIPPED = ("elastic_path", "magento", "default")
IMPLICIT, FULL = Access.READ_ONLY, Access.FULL
CLIENT, CUSTOMER, MEMBER = OwnerKind.CLIENT, OwnerKind.CUSTOMER, OwnerKind.ACCOUNT_MEMBER
CALLERS = {
    "implicit": Caller(CLIENT, IMPLICIT),
    "account": Caller(CLIENT, IMPLICIT, shoppers=frozenset({MEMBER})),
    "customer": Caller(CLIENT, IMPLICIT, shoppers=frozenset({CUSTOMER})),
    "client_credentials": Caller(CLIENT, FULL, grant=Grant.CLIENT_CREDENTIALS),
}


def texts(*names: str) -> dict[str, str]:
    """Shipped documents."""
    folder = files("token_service") / "policies"
    return {name: (folder / f"{name}.json").read_text("utf-8") for name in names}


@pytest.fixture(scope="module")
def policy() -> Policy:
    """What is deployed unless an operator says otherwise."""
    return read_policy(texts(*SHIPPED))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]}")
@pytest.mark.parametrize("below", ["", "/1", "/1/items/2"])
def test_every_row(policy: Policy, row: tuple[str, str, bool, bool], below: str) -> None:
    """The collection and all below it; who may not is told so by the backend."""
    path, column, read, write = row
    for methods, may in ((READ, read), (WRITE, write)):
        for method in methods:
            decision = policy.decide(CALLERS[column], method, path + below)
            assert decision.verdict is (Verdict.ALLOWED if may else Verdict.INSUFFICIENT)
            assert decision.refusal is Refusal.BACKEND
            nobody = policy.decide(None, method, path + below)
            assert nobody.verdict is Verdict.UNAUTHENTICATED


@pytest.mark.parametrize("path", ["/v2/customers/tokens", "/v2/account-members/tokens"])
def test_shoppers_sign_in_with_either_token(policy: Policy, path: str) -> None:
    """An implicit token is enough to ask for a shopper's (docs/platforms/elastic-path.md, 3)."""
    for column in ("implicit", "client_credentials"):
        assert policy.decide(CALLERS[column], "POST", path).verdict is Verdict.ALLOWED
    assert policy.decide(CALLERS["implicit"], "GET", path).verdict is Verdict.INSUFFICIENT


def test_two_shoppers_at_once_may_nothing(policy: Policy) -> None:
    """Nobody calls for both ("Mixing"), not even where neither is needed."""
    both = frozenset({CUSTOMER, MEMBER})
    for access in Access:
        caller = Caller(CLIENT, access, shoppers=both)
        for path in ("/v2/orders", "/v2/products", "/v2/carts"):
            assert policy.decide(caller, "GET", path).verdict is Verdict.INSUFFICIENT


@pytest.mark.parametrize("kind", [CUSTOMER, OwnerKind.ADMIN, OwnerKind.INTEGRATION])
def test_shoppers_need_a_client_beside_them(policy: Policy, kind: OwnerKind) -> None:
    """A person's own bearer token with a shopper's is no client's."""
    caller = Caller(kind, FULL, shoppers=frozenset({CUSTOMER}))
    assert policy.decide(caller, "GET", "/v2/customers/1").verdict is Verdict.INSUFFICIENT


def test_authentication_settings_are_written_by_nobody(policy: Policy) -> None:
    """Not even by an admin who may use everything."""
    admin = Caller(OwnerKind.ADMIN, FULL, frozenset({"Magento_Backend::all"}))
    for path in ("account-authentication", "customer-authentication-settings"):
        for method in WRITE:
            found = policy.decide(admin, method, f"/v2/settings/{path}")
            assert found.verdict is Verdict.INSUFFICIENT
        assert policy.decide(admin, "GET", f"/v2/settings/{path}").verdict is Verdict.ALLOWED


@pytest.mark.parametrize("kind", [OwnerKind.ADMIN, OwnerKind.INTEGRATION])
@pytest.mark.parametrize("method", READ + WRITE)
def test_application_keys_are_managed_by_clients_alone(
    policy: Policy, kind: OwnerKind, method: str
) -> None:
    """Whoever may use everything in Magento still holds no client_credentials token.

    docs/platforms/elastic-path.md, 2.
    """
    person = Caller(kind, FULL, frozenset({"Magento_Backend::all"}))
    for path in ("/v2/application-keys", "/v2/application-keys/1"):
        assert policy.decide(person, method, path).verdict is Verdict.INSUFFICIENT
        by_iam = [
            allowed for allowed, verb, at in policy.rules(person) if (verb, at) == (method, path)
        ]
        assert True not in by_iam
    assert policy.decide(person, method, "/v2/gateways").verdict is Verdict.ALLOWED


@pytest.mark.parametrize(
    "path",
    [
        *("/v2/orders;x=1", "/v2/customers;/1", "/v2/orders ", "/v2/ orders", "/v2/orders\0"),
        *("/v2/Application-Keys", "/v2/ORDERS/1", "/v2/order\u017f", "/v2/orders\t/1"),
    ],
)
def test_other_spellings_do_not_reach_the_widest_route(policy: Policy, path: str) -> None:
    """What a backend may take for a listed path is not read by way of `/v2/*`."""
    for caller in CALLERS.values():
        assert policy.decide(caller, "GET", path).verdict is Verdict.INSUFFICIENT


@pytest.mark.parametrize("order", [SHIPPED, ("magento", "elastic_path", "default")])
def test_documents_in_any_order_but_the_widest_last(order: tuple[str, ...]) -> None:
    """Each speaks of its own paths; what covers all of them must come last."""
    assert len(read_policy(texts(*order)).routes) > 40
    with pytest.raises(PolicyError, match=r"never reached, default: routes\[0\] covers"):
        read_policy(texts(*reversed(order)))


LINE = '{"path": "/shop/*", "read": "read_only", "write": "full"}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "shop: line 1, column 1: "),
        ('{"routes": [\n' + LINE + ",\n]}", r"shop: line 2, column \d+: "),
        ('{"routes": [' + LINE + "], " + '"routes": []}', "shop: the member routes is there twice"),
        ("[" * 5000, "shop: "),
        ('{"routes": [' + LINE.replace("full", "fool") + "]}", r"shop: routes\[0\]\.write: one of"),
        ('{"routes": [' + LINE.replace("/*", "*") + "]}", r"shop: routes\[0\]\.path: "),
        (
            '{"routes": [' + LINE.replace("/shop", "/v2") + "]}",
            r"shop: routes\[0\]: never reached, elastic_path: routes\[\d+\] covers /v2/\*",
        ),
    ],
)
def test_a_broken_document_of_an_operator_is_named(text: str, message: str) -> None:
    """The document, the place, and the reason."""
    documents = texts("elastic_path") | {"shop": text} | texts("default")
    with pytest.raises(PolicyError, match="^" + message):
        read_policy(documents)


def test_an_operator_s_document_comes_first() -> None:
    """A document of one's own, named first, changes a platform's rule."""
    mine = {"shop": '{"routes": [' + LINE.replace("/shop/*", "/v2/products/*") + "]}"}
    policy = read_policy(mine | {"all": '{"routes": [' + LINE.replace("/shop", "") + "]}"})
    assert policy.decide(None, "GET", "/v2/products").required == "read_only"


@pytest.mark.parametrize("caller", [None, *CALLERS.values()])
def test_an_iam_policy_of_it_stays_small(policy: Policy, caller: Caller | None) -> None:
    """Gateways limit what an authorizer may answer; a resource has some 90 characters."""
    assert len(list(policy.rules(caller))) <= 200
