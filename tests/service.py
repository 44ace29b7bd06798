"""The whole service in process, over the in-memory store or over any other."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache

from token_service.domain.account_administration import AccountAdministration
from token_service.domain.account_members import AccountMembers, MemberSettings
from token_service.domain.administration import ClientAdministration
from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.buyer_accounts import BuyerAccountAdministration
from token_service.domain.client_assertions import ClientAssertions
from token_service.domain.client_throttle import DEFAULT_FAILURE_WINDOW, ClientThrottle
from token_service.domain.client_use import ClientUseNotes
from token_service.domain.clients import ClientAuthenticator
from token_service.domain.dpop import ProofVerifier
from token_service.domain.integrations import IntegrationAdministration
from token_service.domain.introspect import TokenIntrospector
from token_service.domain.issue import TokenIssuer
from token_service.domain.key_pairs import make_key
from token_service.domain.keys import (
    KeyState,
    PrivateKey,
    PublicKey,
    SigningKeys,
    VerificationKeys,
)
from token_service.domain.limits import DEFAULT_LIFETIME
from token_service.domain.login import Login, LoginSettings
from token_service.domain.mint import MintSettings, TokenMint
from token_service.domain.one_time_passwords import Message, Passwordless
from token_service.domain.one_time_seals import OneTimeSeals
from token_service.domain.owners import OwnerKind
from token_service.domain.passwords import CHEAPEST, PasswordHasher
from token_service.domain.ports import ClientFailures, Clients, ClientUses, Clock, Nonces
from token_service.domain.revoke import TokenRevocation
from token_service.domain.sealing import Sealer
from token_service.domain.server_nonces import ServerNonces
from token_service.domain.sign_in_codes import SignInCodes
from token_service.domain.signed_introspection import IntrospectionSigner
from token_service.domain.validate import TokenValidator, ValidationSettings

from tests.clock import FrozenClock, SeededBytes
from tests.memory_store import (
    MemoryClientFailures,
    MemoryClientUses,
    MemoryLoginFailures,
    MemoryNonces,
    MemoryOneTimePasswords,
    MemoryOwners,
    MemoryTokens,
)

ISSUER = "https://auth.example.test"
# What an assertion may be for, at any endpoint; which of them at which is tested on the wire.
AUDIENCES = frozenset({ISSUER, f"{ISSUER}/oauth2/token", f"{ISSUER}/connect/token"})


@cache
def key_pair(algorithm: SigningAlgorithm) -> tuple[PrivateKey, PublicKey]:
    """One key pair an algorithm for the whole run; making an RSA key takes a while."""
    private, public = make_key(algorithm, now=1_700_000_000, random=SeededBytes(seed=1))
    return private, replace(public, state=KeyState.CURRENT)


def authenticator(  # noqa: PLR0913 - one parameter a collaborator
    clients: Clients,
    now: Clock,
    hold_seconds: int = 0,
    *,
    nonces: Nonces | None = None,
    failures: ClientFailures | None = None,
    uses: ClientUses | None = None,
    missed: Callable[[Exception], None] = lambda _: None,
) -> ClientAuthenticator:
    """Authenticates clients of any store, with what the test does not name in memory."""
    failures = failures or MemoryClientFailures()
    return ClientAuthenticator(
        clients,
        now,
        hold_seconds,
        assertions=ClientAssertions(AUDIENCES, nonces or MemoryNonces(), now),
        throttle=ClientThrottle(failures, DEFAULT_FAILURE_WINDOW, now),
        use=ClientUseNotes(uses or MemoryClientUses(), now, missed),
    )


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
    require_nonces: bool = False

    def __post_init__(self) -> None:
        """Put it all together."""
        self.clients = self.owners.clients
        self.tokens = MemoryTokens(self.owners)
        self.failures = MemoryLoginFailures()
        self.nonces = MemoryNonces()
        self.client_failures = MemoryClientFailures()
        self.uses = self.clients.uses
        self.missed: list[Exception] = []
        self.private_key, public_key = key_pair(self.algorithm)
        self.published = [public_key]
        self.keys = VerificationKeys(lambda: tuple(self.published), self.now)
        self.administration = ClientAdministration(self.clients, self.now, self.random)
        self.authenticator = self._new_authenticator(self.hold_seconds)
        signing_keys = SigningKeys(lambda: self.private_key, self.now)
        self.signer = IntrospectionSigner(signing_keys, self.settings.issuer, self.now)
        self.mint = TokenMint(
            tokens=self.tokens,
            keys=signing_keys,
            settings=self.settings,
            now=self.now,
            random=self.random,
        )
        self.server_nonces = ServerNonces(lambda: b"seed" * 8, self.now)
        self.proofs = ProofVerifier(
            self.nonces, self.now, self.server_nonces if self.require_nonces else None
        )
        self.issuer = TokenIssuer(self.authenticator, self.mint, self.proofs, self.lifetime)
        self.validator = TokenValidator(
            tokens=self.tokens,
            owners=self.owners,
            keys=self.keys,
            settings=ValidationSettings(self.settings.issuer, self.not_before),
            now=self.now,
        )
        self.introspector = TokenIntrospector(self._new_authenticator(), self.validator)
        self.revocation = TokenRevocation(
            authenticator=self._new_authenticator(),
            tokens=self.tokens,
            keys=self.keys,
            issuer=self.settings.issuer,
            now=self.now,
        )
        self._add_people()
        self._add_integrations()
        sealer = Sealer(b"s" * 32, self.random)
        self.codes = SignInCodes(OneTimeSeals(sealer, self.nonces, self.now, self.random))
        self._add_members()

    def _new_authenticator(self, hold_seconds: int = 0) -> ClientAuthenticator:
        """One a function, as it is deployed: what they remember, they remember apart."""
        return authenticator(
            self.clients,
            self.now,
            hold_seconds,
            nonces=self.nonces,
            failures=self.client_failures,
            uses=self.uses,
            missed=self.missed.append,
        )

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
