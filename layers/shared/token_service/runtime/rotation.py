"""Moving the signing keys through their lives."""

import secrets
from functools import cache

from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.limits import DAY
from token_service.domain.rotation import KeyRotation, RotationPolicy
from token_service.runtime.proofs import nonce_seed
from token_service.runtime.signing import SigningVariables, private_keys
from token_service.runtime.verification import public_keys
from token_service.settings import ClientsTable, Settings, WholeNumber, load
from token_service.system import now


class RotationVariables(Settings, ClientsTable, SigningVariables):
    """Settings of the function `rotate_keys`."""

    key_rotation_days: WholeNumber
    signing_algorithm: SigningAlgorithm


@cache
def _settings() -> RotationVariables:
    return load(RotationVariables)


@cache
def key_rotation() -> KeyRotation:
    """Moves this deployment's keys through their lives."""
    settings = _settings()
    public, private = public_keys(settings.clients_table), private_keys(settings.signing_secret)
    return KeyRotation(public, private, now, secrets.token_bytes)


def rotation_policy() -> RotationPolicy:
    """What keys the operator wants, and how often new ones."""
    settings = _settings()
    return RotationPolicy(settings.signing_algorithm, settings.key_rotation_days * DAY or None)


def make_nonce_seed() -> None:
    """Create the seed of DPoP nonces if there is none; no other function may write it."""
    nonce_seed(_settings().clients_table).ensure(secrets.token_bytes)
