"""Fixtures for the tests of Magento's wire format."""

import pytest

from tests.wire.magento.signer import Integration
from tests.wire.magento.world import World


@pytest.fixture
def world() -> World:
    """One store with one admin and one customer."""
    return World()


@pytest.fixture
def integration(world: World) -> Integration:
    """An activated integration."""
    return Integration.new(world)
