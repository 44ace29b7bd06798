"""The composition root: environment -> settings -> store -> services, built once, when first used.

The only place that reads the environment and the system's randomness, and that makes AWS clients.
"""

import os
import secrets
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import boto3

from token_service.domain.administration import ClientAdministration
from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.application_keys import ApplicationKeys
from token_service.domain.client_assertions import ClientAssertions
from token_service.domain.client_throttle import DEFAULT_FAILURE_WINDOW, ClientThrottle
from token_service.domain.client_use import ClientUseNotes
from token_service.domain.clients import ClientAuthenticator
from token_service.domain.dpop import ProofVerifier
from token_service.domain.introspect import TokenIntrospector
from token_service.domain.issue import TokenIssuer
from token_service.domain.keys import SigningKeys, VerificationKeys
from token_service.domain.limits import DAY, DEFAULT_LIFETIME, HOUR
from token_service.domain.login import DEFAULT_LOCK_OUT, Login, LoginSettings
from token_service.domain.mint import MintSettings, TokenMint
from token_service.domain.model import OwnerKind, TokenFormat
from token_service.domain.passwords import OWASP, PasswordHasher
from token_service.domain.policy import Policy
from token_service.domain.policy_document import PolicyError, read_policy
from token_service.domain.ports import FailureWindow, LockOut
from token_service.domain.revoke import TokenRevocation
from token_service.domain.rotation import KeyRotation, RotationPolicy
from token_service.domain.sealing import Sealer
from token_service.domain.server_nonces import ServerNonces
from token_service.domain.signed_introspection import IntrospectionSigner
from token_service.domain.sweep import Sweeper, SweepSettings
from token_service.domain.validate import TokenValidator, ValidationSettings
from token_service.observability import (
    log,
    observe,
    observe_authorization,
    observe_missed_use,
    tracer,
)
from token_service.settings import Environment
from token_service.store.accounts import DynamoAccounts
from token_service.store.client_failures import DynamoClientFailures
from token_service.store.client_uses import DynamoClientUses
from token_service.store.clients import DynamoClients
from token_service.store.expired import DynamoExpiredTokens
from token_service.store.integrations import DynamoIntegrations
from token_service.store.login_failures import DynamoLoginFailures
from token_service.store.nonce_seed import DynamoNonceSeed
from token_service.store.nonces import DynamoNonces
from token_service.store.owners import DynamoOwners
from token_service.store.sealing_key import sealing_key
from token_service.store.signing_keys import DynamoPublicKeys, SecretPrivateKeys
from token_service.store.tokens import DynamoTokens
from token_service.system import AWS_CONFIG, now, pause
from token_service.wire.authorizer import Authorizer, AuthorizerSettings
from token_service.wire.dialect import Dialect, Operation
from token_service.wire.discovery import DiscoveryEndpoint
from token_service.wire.elastic_path.application_keys import ApplicationKeysEndpoint
from token_service.wire.endpoints import (
    Endpoint,
    IntrospectEndpoint,
    IssueEndpoint,
    RevokeEndpoint,
)
from token_service.wire.http import event_from_response, request_from_event, request_id
from token_service.wire.magento.endpoint import MagentoEndpoint
from token_service.wire.magento.people import People
from token_service.wire.registry import assertion_audiences, dialect_for, dialects

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from types_boto3_dynamodb import DynamoDBClient

    from token_service.wire.magento.signed import SignatureVerifier

_PERCENT = 100

type Event = dict[str, Any]
type Handler = Callable[[Event, "LambdaContext"], Event | None]


@cache
def environment() -> Environment:
    """This function's environment."""
    return Environment(os.environ)


@cache
def dynamodb() -> "DynamoDBClient":
    """The one DynamoDB client."""
    return boto3.client("dynamodb", config=AWS_CONFIG)


@cache
def all_dialects() -> tuple[Dialect, ...]:
    """The dialects as this deployment configures them."""
    env = environment()
    return dialects(
        env.text("ISSUER"),
        elastic_path_repeat_data=env.flag("ELASTIC_PATH_REPEAT_DATA", default=True),
        allow_origin=env.text("CORS_ALLOW_ORIGIN"),
    )


@cache
def clients() -> DynamoClients:
    """The clients, never cached."""
    return DynamoClients(dynamodb(), environment().text("CLIENTS_TABLE"), pause)


@cache
def owners() -> DynamoOwners:
    """Owners of every kind, never cached."""
    return DynamoOwners(dynamodb(), environment().text("CLIENTS_TABLE"))


@cache
def tokens() -> DynamoTokens:
    """The token records."""
    env = environment()
    return DynamoTokens(dynamodb(), env.text("TOKENS_TABLE"), env.text("CLIENTS_TABLE"), pause)


@cache
def public_keys() -> DynamoPublicKeys:
    """The published keys as stored."""
    return DynamoPublicKeys(dynamodb(), environment().text("CLIENTS_TABLE"))


@cache
def private_keys() -> SecretPrivateKeys:
    """The signing key's secret; only functions that issue, rotate or sign answers know its name."""
    client = boto3.client("secretsmanager", config=AWS_CONFIG)
    return SecretPrivateKeys(client, environment().text("SIGNING_SECRET"))


@cache
def signing_keys() -> SigningKeys:
    """The key to sign with, held and reloaded."""
    return SigningKeys(private_keys().load, now)


@cache
def verification_keys() -> VerificationKeys:
    """The published keys, held and reloaded."""
    return VerificationKeys(public_keys().load, now)


@cache
def validator() -> TokenValidator:
    """Decides whether a token is active; holds no owner longer than one call."""
    env = environment()
    settings = ValidationSettings(env.text("ISSUER"), env.number("TOKENS_NOT_BEFORE", 0))
    return TokenValidator(
        tokens=tokens(), owners=owners(), keys=verification_keys(), settings=settings, now=now
    )


@cache
def nonces() -> DynamoNonces:
    """Values that were used, and may not be used again."""
    return DynamoNonces(dynamodb(), environment().text("TOKENS_TABLE"), secrets.token_bytes)


@cache
def nonce_seed() -> DynamoNonceSeed:
    """What nonces for DPoP proofs are made from."""
    return DynamoNonceSeed(dynamodb(), environment().text("CLIENTS_TABLE"))


def make_nonce_seed() -> None:
    """Have a seed; only the function that makes the keys may write one."""
    nonce_seed().ensure(secrets.token_bytes)


@cache
def proofs() -> ProofVerifier:
    """Checks DPoP proofs, with nonces where this deployment requires them."""
    required = environment().choice("DPOP_NONCES", "off", "required") == "required"
    return ProofVerifier(nonces(), now, ServerNonces(nonce_seed().load, now) if required else None)


@cache
def mint() -> TokenMint:
    """Makes tokens; only functions that may read the signing secret can use it."""
    env = environment()
    return TokenMint(
        tokens=tokens(),
        keys=signing_keys(),
        settings=MintSettings(
            issuer=env.text("ISSUER"), audience=env.text("AUDIENCE"), layout=env.layouts()[-1]
        ),
        now=now,
        random=secrets.token_bytes,
    )


@cache
def client_uses() -> DynamoClientUses:
    """When clients were last used."""
    return DynamoClientUses(dynamodb(), environment().text("CLIENTS_TABLE"), pause)


def client_authenticator(operation: Operation, hold_seconds: int = 0) -> ClientAuthenticator:
    """Finds out which client calls one kind of endpoint."""
    env = environment()
    default = DEFAULT_FAILURE_WINDOW
    window = FailureWindow(
        env.number("CLIENT_AUTH_MAX_FAILURES", default.max_failures),
        env.number("CLIENT_AUTH_FAILURE_SECONDS", default.seconds),
    )
    names = assertion_audiences(env.text("ISSUER"), operation, all_dialects())
    failures = DynamoClientFailures(dynamodb(), env.text("TOKENS_TABLE"))
    return ClientAuthenticator(
        clients(),
        now,
        hold_seconds,
        assertions=ClientAssertions(names, nonces(), now),
        throttle=ClientThrottle(failures, window, now),
        use=ClientUseNotes(client_uses(), now, observe_missed_use),
    )


@cache
def issue_endpoint() -> Endpoint:
    """The token endpoints of clients."""
    env = environment()
    authenticator = client_authenticator(Operation.ISSUE, env.number("OWNER_CACHE_SECONDS", 0))
    lifetime = env.number("TOKEN_LIFETIME", DEFAULT_LIFETIME)
    issuer = TokenIssuer(authenticator, mint(), proofs(), lifetime)
    return IssueEndpoint(all_dialects(), observe, issuer)


@cache
def login_endpoint() -> Endpoint:
    """The token endpoints of people."""
    env = environment()
    login = Login(
        accounts={
            kind: DynamoAccounts(dynamodb(), env.text("CLIENTS_TABLE"), pause, kind)
            for kind in (OwnerKind.ADMIN, OwnerKind.CUSTOMER)
        },
        failures=DynamoLoginFailures(dynamodb(), env.text("TOKENS_TABLE")),
        hasher=PasswordHasher(OWASP, secrets.token_bytes),
        mint=mint(),
        settings=LoginSettings(
            form=TokenFormat(env.text("ACCOUNT_TOKEN_FORMAT")),
            admin_lifetime=env.number("ADMIN_TOKEN_LIFETIME", 4 * HOUR),
            customer_lifetime=env.number("CUSTOMER_TOKEN_LIFETIME", HOUR),
            lock_out=LockOut(
                env.number("LOGIN_MAX_FAILURES", DEFAULT_LOCK_OUT.max_failures),
                env.number("LOGIN_LOCK_SECONDS", DEFAULT_LOCK_OUT.seconds),
            ),
        ),
        now=now,
        random=secrets.token_bytes,
    )
    return MagentoEndpoint(all_dialects(), observe, People(login, validator()), env.text("ISSUER"))


@cache
def introspect_endpoint() -> Endpoint:
    """The introspection endpoints."""
    env = environment()
    introspector = TokenIntrospector(client_authenticator(Operation.INTROSPECT), validator())
    signs = env.flag("SIGNED_INTROSPECTION", default=False)
    signer = IntrospectionSigner(signing_keys(), env.text("ISSUER"), now) if signs else None
    return IntrospectEndpoint(all_dialects(), observe, introspector, signer)


@cache
def revoke_endpoint() -> Endpoint:
    """The revocation endpoints."""
    revocation = TokenRevocation(
        authenticator=client_authenticator(Operation.REVOKE),
        tokens=tokens(),
        keys=verification_keys(),
        issuer=environment().text("ISSUER"),
        now=now,
    )
    return RevokeEndpoint(all_dialects(), observe, revocation)


@cache
def manage_endpoint() -> Endpoint:
    """Elastic Path's application keys."""
    env = environment()
    registry = DynamoClients(
        dynamodb(), env.text("CLIENTS_TABLE"), pause, env.number("STORE_RATE_LIMIT")
    )
    keys = ApplicationKeys(
        clients=registry,
        administration=ClientAdministration(registry, now, secrets.token_bytes),
        uses=client_uses(),
        now=now,
    )
    return ApplicationKeysEndpoint(all_dialects(), observe, keys, env.text("ISSUER"))


@cache
def fallback_endpoint() -> Endpoint:
    """The answer where no route is, and to preflights."""
    return Endpoint(all_dialects(), observe)


@cache
def discovery_endpoint() -> Endpoint:
    """The documents for verifiers."""
    env = environment()
    return DiscoveryEndpoint(
        all_dialects(),
        observe,
        env.text("ISSUER"),
        verification_keys(),
        signed_introspection=env.flag("SIGNED_INTROSPECTION", default=False),
        docs_page=env.flag("DOCS_PAGE", default=True),
    )


def dialect_of(path: str) -> Dialect:
    """The dialect in which a backend answers on this path."""
    return dialect_for(path, all_dialects())


@cache
def authorizer() -> Authorizer:
    """Answers every kind of authorizer event."""
    env = environment()
    return Authorizer(
        validator=validator(),
        verify_signed=lambda request: signatures().verify(request),
        proofs=proofs(),
        policy=policy(),
        settings=AuthorizerSettings(
            env.text("AUDIENCE"), env.flag("INTEGRATION_BEARER", default=True)
        ),
        observe=observe_authorization,
    )


@cache
def signatures() -> "SignatureVerifier":
    """Checks OAuth 1.0a signatures; loaded at the first one, since most callers never sign."""
    from token_service.wire.magento.signed import SignatureVerifier  # noqa: PLC0415 - see above

    env = environment()
    return SignatureVerifier(
        consumers=DynamoIntegrations(dynamodb(), env.text("CLIENTS_TABLE"), pause),
        validator=validator(),
        sealer=sealer(),
        nonces=nonces(),
        now=now,
        allow_sha1=env.flag("OAUTH1_ALLOW_SHA1", default=False),
    )


@cache
def sealer() -> Sealer:
    """Opens the secrets of integrations; only who may read its key can."""
    secrets_manager = boto3.client("secretsmanager", config=AWS_CONFIG)
    key = sealing_key(secrets_manager, environment().text("SEALING_SECRET"))
    return Sealer(key, secrets.token_bytes)


@cache
def policy() -> Policy:
    """What each token may do.

    Raises:
        PolicyError: a document is missing or broken.

    """
    return read_policy({name: _policy_text(name) for name in environment().names("POLICY")})


def _policy_text(name: str) -> str:
    try:
        return (files("token_service") / "policies" / f"{name}.json").read_text("utf-8")
    except FileNotFoundError as error:
        raise PolicyError(f"{name}: the policies folder has no {name}.json") from error


@cache
def sweeper() -> Sweeper:
    """The sweep over this deployment's tokens."""
    env = environment()
    store = DynamoExpiredTokens(dynamodb(), env.text("TOKENS_TABLE"), pause)
    settings = SweepSettings(
        layouts=env.layouts(),
        since=env.number("TOKENS_SINCE"),
        grace=env.number("SWEEP_GRACE_SECONDS", 0),
    )
    return Sweeper(store, settings, now)


@cache
def key_rotation() -> KeyRotation:
    """Moves this deployment's keys through their lives."""
    return KeyRotation(public_keys(), private_keys(), now, secrets.token_bytes)


def rotation_policy() -> RotationPolicy:
    """What keys the operator wants, and how often new ones."""
    env = environment()
    algorithm = SigningAlgorithm(env.text("SIGNING_ALGORITHM"))
    return RotationPolicy(algorithm, env.number("KEY_ROTATION_DAYS", 0) * DAY or None)


def http_handler(endpoint: Callable[[], Endpoint]) -> Handler:
    """A Lambda handler for HTTP API events (payload 2.0); `endpoint` is built at the first one."""

    def handle(event: Event, _context: "LambdaContext") -> Event:
        return event_from_response(endpoint().respond(request_from_event(event)))

    return observed(handle)


def observed(handle: Handler) -> Handler:
    """Give a handler's log lines their ids, and trace it.

    Neither its answers, which hold tokens, nor its exceptions' text are traced.
    """

    def handle_with_ids(event: Event, context: "LambdaContext") -> Event | None:
        env = environment()
        log.begin(
            env.text("SERVICE_NAME"),
            request_id(event),
            context.aws_request_id,
            successes=secrets.randbelow(_PERCENT) < env.number("SUCCESS_LOG_SAMPLE", _PERCENT),
        )
        return handle(event, context)

    return tracer.capture_lambda_handler(
        handle_with_ids, capture_response=False, capture_error=False
    )
