"""Serves one request before Lambda takes a SnapStart snapshot.

It goes through the real handler, with a client, keys and a store that are thrown away afterwards.
What a first request loads and builds is then part of the snapshot; credentials and signing keys
are not. They are fetched after the restore.
"""

import json
import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_bytes
from typing import Any
from urllib.parse import urlencode

from token_service import aws
from token_service.domain.administration import ClientAdministration, NewClient
from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.grants import Grant, TokenFormat
from token_service.domain.key_pairs import make_key
from token_service.domain.keyring import Keyring, PrivateKeyring
from token_service.domain.keys import SigningKeys
from token_service.domain.limits import MINUTE
from token_service.domain.mint import MintSettings, TokenDetails, TokenMint
from token_service.runtime.callers import clients
from token_service.runtime.records import tokens
from token_service.runtime.signing import signing_keys
from token_service.runtime.verification import public_keys, verification_keys
from token_service.settings import Settings, Tables, load
from token_service.store.signing_keys import SecretPrivateKeys
from token_service.system import now
from token_service.throw_away_aws import ThrowAwayAws

type Event = dict[str, Any]
type Handle = Callable[[Any, Any], Any]

# A successful answer of each function holds this.
_SERVED = {
    "issue": "access_token",
    "introspect": '"active":true',
    "authorizer": '"active": "true"',
}


class PrimingError(RuntimeError):
    """The priming request was refused, so the snapshot would not be of a served request."""


class PrimingVariables(Settings, Tables):
    """Variables of the functions that can be primed; some have no audience or signing secret."""

    issuer: str
    audience: str = ""
    signing_secret: str = ""


@dataclass(frozen=True, slots=True)
class _Context:
    """What a handler's decorators read of Lambda's context."""

    function_name: str = "priming"
    memory_limit_in_mb: int = 0
    invoked_function_arn: str = "priming"
    aws_request_id: str = "priming"


def prime(function: str, handle: Handle, build: Callable[[], object]) -> None:
    """Serve one request of `function` from memory, then build anew, as if none had been served.

    Raises:
        PrimingError: the request was refused. Lambda reports it when the version is published.

    """
    settings = load(PrimingVariables)
    store = ThrowAwayAws()
    logging.disable()
    try:
        with store.serving(aws.dynamodb(), aws.secrets_manager()):
            answer = handle(_event(function, settings), _Context())
    finally:
        logging.disable(logging.NOTSET)
    if _SERVED[function] not in json.dumps(answer).replace('\\"', '"'):
        raise PrimingError(f"the priming request of {function} was refused")
    forget()
    build()
    # Part of Lambda's runtime, and of no package of ours.
    from snapshot_restore_py import register_after_restore

    register_after_restore(_load, settings)


def forget() -> None:
    """Empty the cache of every builder in the runtime modules loaded so far.

    AWS clients are kept: they hold no secret, and take the longest to make.
    """
    package = __name__.rpartition(".")[0] + "."
    for name, module in list(sys.modules.items()):
        if name.startswith(package):
            for member in list(vars(module).values()):
                if hasattr(member, "cache_clear"):
                    member.cache_clear()


def _load(settings: PrimingVariables) -> None:
    """Fetch credentials and keys, and open connections, before the first event.

    A failure is left to the first event, which tries again: Lambda would end the environment.
    """
    with suppress(Exception):
        if settings.signing_secret:
            signing_keys(settings.signing_secret).current()
            clients(settings.clients_table).find("priming")
        else:
            verification_keys(settings.clients_table).published()


def _event(function: str, settings: PrimingVariables) -> Event:
    """A request that the function serves, once its client and keys are in the store."""
    registry = clients(settings.clients_table)
    made = ClientAdministration(registry, now, token_bytes).create(NewClient("priming"))
    private, public = make_key(SigningAlgorithm.ES256, now(), token_bytes)
    public_keys(settings.clients_table).save(Keyring((public,), since=now()))
    SecretPrivateKeys(aws.secrets_manager(), "priming").save(PrivateKeyring(current=private))
    credentials = {"client_id": made.client.id, "client_secret": made.secret or ""}
    if function == "issue":
        return _form("/oauth2/token", {"grant_type": "client_credentials", **credentials})
    mint = TokenMint(
        tokens=tokens(settings.tokens_table, settings.clients_table),
        keys=SigningKeys(lambda: private, now),
        settings=MintSettings(settings.issuer, settings.audience or settings.issuer),
        now=now,
        random=token_bytes,
    )
    token = mint.mint(
        TokenDetails(made.client, Grant.CLIENT_CREDENTIALS, TokenFormat.JWT, MINUTE)
    ).value
    if function == "introspect":
        return _form("/oauth2/introspect", {"token": token, **credentials})
    event = _http_event("GET", "/priming", {"authorization": f"Bearer {token}"})
    return event | {"type": "REQUEST", "identitySource": None}


def _form(path: str, fields: Mapping[str, str]) -> Event:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return _http_event("POST", path, headers) | {"body": urlencode(fields)}


def _http_event(method: str, path: str, headers: Mapping[str, str]) -> Event:
    """An HTTP API event, payload 2.0, with the members that handlers read."""
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "localhost", **headers},
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "127.0.0.1"},
            "requestId": "priming",
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
