"""What an authorizer believes that looks at signatures alone, and what it never does."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from token_service.domain.grants import Access, Grant, TokenFormat
from token_service.domain.owners import OwnerKind
from token_service.domain.tokens import IssuedToken, TokenRecord
from token_service.domain.validate import SignatureValidator, ValidationSettings

from tests.domain.acts import issue, register, token_of
from tests.service import ISSUER, Service

PASSWORD = "correct horse battery staple"


class Watched(Service):
    """A service whose signature validator's reads are counted."""

    def __post_init__(self) -> None:
        """All as ever, and one more."""
        super().__post_init__()
        self.reads: list[str] = []
        self.signatures = SignatureValidator(
            tokens=self.tokens,
            owners=self.owners,
            keys=self.keys,
            settings=ValidationSettings(ISSUER, self.not_before),
            now=self.now,
        )


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    """A service; its store says what is read from it."""
    service = Watched()
    for held, name in (
        (service.tokens, "find"),
        (service.tokens, "find_with_owners"),
        (service.owners, "find"),
    ):
        monkeypatch.setattr(held, name, _noting(service.reads, getattr(held, name)))
    return service


def _noting[R](reads: list[str], find: Callable[..., R]) -> Callable[..., R]:
    def noted(*what: object) -> R:
        reads.append(find.__name__)
        return find(*what)

    return noted


def told(record: TokenRecord) -> TokenRecord:
    """What of a record a token says; the epoch it does not."""
    return replace(record, epoch="")


@pytest.mark.parametrize(
    "details",
    [
        {},
        {"scopes": ("a", "b")},
        {"audience": ("https://one.example", "https://two.example")},
        {"token_lifetime": 60},
        {"recorded": False},
    ],
)
def test_a_client_s_jwt_is_believed_without_a_read(
    watched: Watched, details: dict[str, object]
) -> None:
    """All that its record would tell, and no owner, who was not looked at."""
    token = token_of(watched, **details)
    watched.reads.clear()
    active = watched.signatures.validate(token.value)
    assert active is not None
    assert told(active.record) == told(token.record)
    assert (active.owner, active.format, watched.reads) == (None, TokenFormat.JWT, [])


def test_a_read_only_token_stays_so(watched: Watched) -> None:
    """Access is in the token's own words."""
    _, credentials = register(watched, public=True, grants=frozenset({Grant.IMPLICIT}))
    active = watched.signatures.validate(issue(watched, credentials, Grant.IMPLICIT).value)
    assert active is not None
    assert (active.record.access, active.record.grant) == (Access.READ_ONLY, Grant.IMPLICIT)


ENDS: dict[str, Callable[[Watched, IssuedToken], object]] = {
    "revoked": lambda s, t: s.revocation.revoke(s.clients.by_id["shop"], t.value),
    "client disabled": lambda s, _: s.administration.set_enabled("shop", enabled=False),
    "all tokens revoked": lambda s, _: s.administration.revoke_tokens("shop"),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_it_lives_until_it_expires(
    watched: Watched, end: Callable[[Watched, IssuedToken], object]
) -> None:
    """That is the price, and why it is a choice: everybody else refuses it at once."""
    token = token_of(watched)
    end(watched, token)
    assert watched.validator.validate(token.value) is None
    assert watched.signatures.validate(token.value)
    watched.now.advance(token.expires_in)
    assert watched.signatures.validate(token.value) is None


def test_an_operator_s_not_before_holds() -> None:
    """It is compared with what the token says, and costs no read."""
    issued = Watched()
    token = token_of(issued)
    later = Watched(not_before=issued.now() + 1)
    assert later.signatures.validate(token.value) is None


def test_a_withdrawn_key_s_tokens_are_refused(watched: Watched) -> None:
    """A key that leaked ends here too, when the keys are read again."""
    token = token_of(watched)
    watched.published = []
    watched.now.advance(300)
    assert watched.signatures.validate(token.value) is None


@pytest.mark.parametrize("form", [TokenFormat.OPAQUE, TokenFormat.BASE36])
def test_opaque_tokens_are_looked_up(watched: Watched, form: TokenFormat) -> None:
    """They say nothing themselves, so that each end is an end."""
    token = token_of(watched, token_format=form)
    assert watched.signatures.validate(token.value)
    watched.administration.set_enabled("shop", enabled=False)
    assert watched.signatures.validate(token.value) is None


def test_people_s_tokens_are_looked_up(watched: Watched) -> None:
    """What a person may do is with their account, and so is whether they still may."""
    watched.account_administration.create(
        OwnerKind.ADMIN, "ada", PASSWORD, ("Magento_Sales::sales",)
    )
    token = watched.login.sign_in(OwnerKind.ADMIN, "ada", PASSWORD)
    watched.reads.clear()
    active = watched.signatures.validate(token.value)
    assert active is not None
    assert active.owner is not None
    assert watched.reads[0] == "find_with_owners"
    watched.account_administration.set_enabled(OwnerKind.ADMIN, "ada", enabled=False)
    assert watched.signatures.validate(token.value) is None


@pytest.mark.parametrize("text", ["", "a.b.c", "..", "no token at all", "a" * 40])
def test_nonsense_is_refused(watched: Watched, text: str) -> None:
    """As by everybody."""
    assert watched.signatures.validate(text) is None
