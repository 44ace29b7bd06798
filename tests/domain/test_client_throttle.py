"""Failed client authentication is slowed, and locks nobody out (item 18)."""

import pytest
from token_service.domain.client_throttle import DEFAULT_FAILURE_WINDOW, ClientThrottle, failure_key
from token_service.domain.errors import InvalidClient, TooManyFailures, Unavailable
from token_service.domain.grants import Grant
from token_service.domain.owners import ClientCredentials
from token_service.domain.ports import FailureWindow

from tests.clock import FrozenClock
from tests.domain.acts import issue, register
from tests.memory_store import MemoryClientFailures
from tests.samples import NOW, SECRET
from tests.service import Service

HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


def shop(secret: str | None, source: str = HERE) -> ClientCredentials:
    """The client named shop, with this secret, from somewhere."""
    return ClientCredentials("shop", secret, source=source)


def fails(service: Service, credentials: ClientCredentials, times: int = 1) -> None:
    """As many failures, each told as one."""
    for _ in range(times):
        with pytest.raises(InvalidClient):
            issue(service, credentials)


def slowed(service: Service, credentials: ClientCredentials) -> int:
    """Seconds after which the caller may come again."""
    with pytest.raises(TooManyFailures) as caught:
        issue(service, credentials)
    return caught.value.retry_after


@pytest.fixture
def shop_service(service: Service) -> Service:
    """A service with the client shop."""
    register(service, secret=SECRET)
    return service


def test_ten_a_minute() -> None:
    """The default: one mistake of a client that tries two ways counts twice, so ten are five."""
    assert FailureWindow(10, 60) == DEFAULT_FAILURE_WINDOW


@pytest.mark.parametrize("client_id", ["shop", "nobody"])
def test_the_eleventh_failure_is_told_to_wait(shop_service: Service, client_id: str) -> None:
    """Ten are told as what they are, further ones when to come again, whoever it is (item 15)."""
    wrong = ClientCredentials(client_id, "wrong", source=HERE)
    fails(shop_service, wrong, 10)
    assert [slowed(shop_service, wrong) for _ in range(3)] == [60, 60, 60]


def test_the_window_is_of_the_first_failure(shop_service: Service) -> None:
    """Retry-After counts down to its end, and further failures do not put that off."""
    fails(shop_service, shop("wrong"))
    shop_service.now.advance(20)
    fails(shop_service, shop("wrong"), 9)
    for after, left in ((0, 40), (15, 25), (24, 1)):
        shop_service.now.advance(after)
        assert slowed(shop_service, shop("wrong")) == left
    shop_service.now.advance(1)
    fails(shop_service, shop("wrong"), 10)
    assert slowed(shop_service, shop("wrong")) == 60


def test_five_mistakes_of_a_client_that_tries_both_ways(shop_service: Service) -> None:
    """Go's x/oauth2 sends each wrong secret twice; five such mistakes are told as such."""
    for _mistake in range(5):
        fails(shop_service, shop("wrong"))  # by Basic
        fails(shop_service, shop("wrong"))  # and again in the body
    slowed(shop_service, shop("wrong"))


def test_the_right_secret_is_never_refused(shop_service: Service) -> None:
    """Not even from where a hundred wrong ones came: nobody can lock a client out."""
    fails(shop_service, shop("wrong"), 10)
    for _ in range(90):
        slowed(shop_service, shop("wrong"))
    issue(shop_service, shop(SECRET))


def test_a_success_forgets_the_failures(shop_service: Service) -> None:
    """Where they happened, for this client and this address alone."""
    fails(shop_service, shop("wrong"), 10)
    fails(shop_service, shop("wrong", ELSEWHERE), 10)
    issue(shop_service, shop(SECRET))
    fails(shop_service, shop("wrong"), 10)
    slowed(shop_service, shop("wrong"))
    slowed(shop_service, shop("wrong", ELSEWHERE))


def test_others_are_not_slowed(shop_service: Service) -> None:
    """Neither the same client elsewhere nor another client here."""
    register(shop_service, id="other", secret=SECRET)
    fails(shop_service, shop("wrong"), 10)
    fails(shop_service, shop("wrong", ELSEWHERE))
    fails(shop_service, ClientCredentials("other", "wrong", source=HERE))


def test_every_way_to_fail_counts(shop_service: Service) -> None:
    """Malformed credentials, a missing secret, an assertion, a public client's needless secret."""
    register(shop_service, id="page", public=True)
    for ways in (
        [
            ClientCredentials("shop", None, source=HERE, malformed=True),
            ClientCredentials("shop", SECRET, source=HERE, malformed=True),
            ClientCredentials("shop", None, source=HERE),
            ClientCredentials("shop", None, "a.b.c", source=HERE),
            shop("wrong"),
        ],
        [ClientCredentials("page", "needless", source=HERE)] * 5,
    ):
        for credentials in ways * 2:
            fails(shop_service, credentials)
        slowed(shop_service, ways[0])


def test_nobody_s_credentials_count_for_nobody(shop_service: Service) -> None:
    """Without any, or with an implicit grant's unknown id, there is nothing to guess."""
    for _ in range(20):
        with pytest.raises(InvalidClient):
            issue(shop_service, None)
        with pytest.raises(InvalidClient):
            issue(shop_service, ClientCredentials("nobody", source=HERE), Grant.IMPLICIT)
    assert shop_service.client_failures.by_key == {}


def test_all_endpoints_count_together(shop_service: Service) -> None:
    """A guess is a guess, wherever it is made."""
    wrong = shop("wrong")
    fails(shop_service, wrong, 8)
    for ask in (shop_service.introspector, shop_service.revocation):
        with pytest.raises(InvalidClient):
            ask.authenticate(wrong)
    slowed(shop_service, wrong)


def test_a_client_without_failures_costs_nothing_more(shop_service: Service) -> None:
    """No read and no write, unless this very process has seen the pair fail of late."""
    failures = shop_service.client_failures
    for _ in range(3):
        issue(shop_service, shop(SECRET))
    assert failures.writes == 0
    fails(shop_service, shop("wrong"))
    issue(shop_service, shop(SECRET, ELSEWHERE))
    assert failures.writes == 1
    issue(shop_service, shop(SECRET))
    issue(shop_service, shop(SECRET))
    assert failures.writes == 2
    fails(shop_service, shop("wrong"))
    shop_service.now.advance(60)
    issue(shop_service, shop(SECRET))
    assert failures.writes == 3


def test_a_count_that_is_out_of_reach_is_no_outage(shop_service: Service) -> None:
    """A refusal stays a refusal, and a success a success, when the count cannot be kept."""

    def down(*_: object) -> None:
        raise Unavailable

    shop_service.client_failures.count = down  # type: ignore[assignment,method-assign]
    shop_service.client_failures.reset = down  # type: ignore[assignment,method-assign]
    fails(shop_service, shop("wrong"), 20)
    issue(shop_service, shop(SECRET))


def test_what_is_remembered_is_bounded() -> None:
    """Failures of ever new names do not grow a function's memory without end."""
    throttle = ClientThrottle(MemoryClientFailures(), DEFAULT_FAILURE_WINDOW, FrozenClock(NOW))
    for n in range(1500):
        throttle.failed(ClientCredentials(f"c{n}", source=HERE))
    assert len(throttle._failed_until) <= 1000  # noqa: SLF001 - nothing else shows it


def test_keys_are_digests_of_both_halves() -> None:
    """Neither id nor address is in a key, and no two pairs share one (item 78)."""
    pairs = [("b", "a"), ("c a", "b"), ("a", "b"), ("", "a"), ("\ud800", "x")]
    keys = {failure_key(ClientCredentials(name, source=where)) for name, where in pairs}
    assert len(keys) == len(pairs)
    assert all(len(key) == 64 for key in keys)
