"""The whole service in process, over the in-memory store or over any other."""

from dataclasses import dataclass, field
from functools import cache

from token_service.domain.account_administration import AccountAdministration
from token_service.domain.account_members import AccountMembers, MemberSettings
from token_service.domain.administration import ClientAdministration
from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.buyer_accounts import BuyerAccountAdministration
from token_service.domain.clients import ClientAuthenticator
from token_service.domain.integrations import IntegrationAdministration
from token_service.domain.introspect import TokenIntrospector
from token_service.domain.issue import TokenIssuer
from token_service.domain.keys import PrivateKey, PublicKey, SigningKeys, VerificationKeys
from token_service.domain.limits import DEFAULT_LIFETIME
from token_service.domain.login import Login, LoginSettings
from token_service.domain.mint import MintSettings, TokenMint
from token_service.domain.model import OwnerKind
from token_service.domain.one_time_passwords import Message, Passwordless
from token_service.domain.passwords import CHEAPEST, PasswordHasher
from token_service.domain.revoke import TokenRevocation
from token_service.domain.rotation import make_key
from token_service.domain.sealing import Sealer
from token_service.domain.validate import TokenValidator, ValidationSettings

from tests.clock import FrozenClock, SeededBytes
from tests.memory_store import (
    MemoryLoginFailures,
    MemoryNonces,
    MemoryOneTimePasswords,
    MemoryOwners,
    MemoryTokens,
)

ISSUER = "https://auth.example.test"


@cache
def key_pair(algorithm: SigningAlgorithm) -> tuple[PrivateKey, PublicKey]:
    """One key pair an algorithm for the whole run; making an RSA key takes a while."""
    return make_key(algorithm, now=1_700_000_000, random=SeededBytes(seed=1))


class Postbox:
    """Keeps what would be sent; None is what was sent to nobody."""

    def __init__(self) -> None:
        self.sent: list[Message | None] = []

    def send(self, message: Message | None) -> None:
        """Keep it."""
        self.sent.append(message)


@dataclass
class Service:
    """Every rule of the domain over one store, one clock and one key."""

    owners: MemoryOwners = field(default_factory=MemoryOwners)
    now: FrozenClock = field(default_factory=FrozenClock)
    random: SeededBytes = field(default_factory=SeededBytes)
    algorithm: SigningAlgorithm = SigningAlgorithm.ES256
    settings: MintSettings = field(default_factory=lambda: MintSettings(ISSUER, ISSUER))
    lifetime: int = DEFAULT_LIFETIME
    login_settings: LoginSettings = field(default_factory=LoginSettings)
    member_settings: MemberSettings = field(
        default_factory=lambda: MemberSettings(self_signup=True)
    )
    sends: bool = True
    not_before: int = 0
    hold_seconds: int = 0

    def __post_init__(self) -> None:
        """Put it all together."""
        self.clients = self.owners.clients
        self.tokens = MemoryTokens(self.owners)
        self.failures = MemoryLoginFailures()
        self.nonces = MemoryNonces()
        self.private_key, public_key = key_pair(self.algorithm)
        self.published = [public_key]
        self.keys = VerificationKeys(lambda: tuple(self.published), self.now)
        self.administration = ClientAdministration(self.clients, self.now, self.random)
        self.authenticator = ClientAuthenticator(self.clients, self.now, self.hold_seconds)
        self.mint = TokenMint(
            tokens=self.tokens,
            keys=SigningKeys(lambda: self.private_key, self.now),
            settings=self.settings,
            now=self.now,
            random=self.random,
        )
        self.issuer = TokenIssuer(self.authenticator, self.mint, self.lifetime)
        self.validator = TokenValidator(
            tokens=self.tokens,
            owners=self.owners,
            keys=self.keys,
            settings=ValidationSettings(self.settings.issuer, self.not_before),
            now=self.now,
        )
        self.introspector = TokenIntrospector(
            ClientAuthenticator(self.clients, self.now), self.validator
        )
        self.revocation = TokenRevocation(
            authenticator=ClientAuthenticator(self.clients, self.now),
            tokens=self.tokens,
            keys=self.keys,
            issuer=self.settings.issuer,
            now=self.now,
        )
        self._add_people()
        self._add_integrations()
        self._add_members()

    def _add_people(self) -> None:
        self.hasher = PasswordHasher(CHEAPEST, self.random)
        self.login = Login(
            accounts=self.owners.accounts,
            failures=self.failures,
            hasher=self.hasher,
            mint=self.mint,
            settings=self.login_settings,
            now=self.now,
            random=self.random,
        )
        self.account_administration = AccountAdministration(
            accounts=self.owners.accounts,
            failures=self.failures,
            hasher=self.hasher,
            now=self.now,
            random=self.random,
        )

    def _add_members(self) -> None:
        members = self.owners.accounts[OwnerKind.ACCOUNT_MEMBER]
        self.one_time_passwords = MemoryOneTimePasswords()
        self.sender = Postbox()
        self.passwordless = Passwordless(
            members=members,
            passwords=self.one_time_passwords,
            failures=self.failures,
            hasher=self.hasher,
            sender=self.sender,
            now=self.now,
            random=self.random,
        )
        self.members = AccountMembers(
            login=self.login,
            passwordless=self.passwordless if self.sends else None,
            administration=self.account_administration,
            buyer_accounts=self.owners.buyer_accounts,
            mint=self.mint,
            settings=self.member_settings,
        )
        self.buyer_accounts = BuyerAccountAdministration(
            registry=self.owners.buyer_accounts,
            members=members,
            now=self.now,
            random=self.random,
        )

    def _add_integrations(self) -> None:
        self.sealer = Sealer(b"k" * 32, self.random)
        self.integrations = IntegrationAdministration(
            registry=self.owners.integrations,
            mint=self.mint,
            sealer=self.sealer,
            now=self.now,
            random=self.random,
        )
