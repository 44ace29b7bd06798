"""Fixtures for the wire tests."""

import pytest

from tests.wire.api import Api


@pytest.fixture
def api() -> Api:
    """Every endpoint over the in-memory service, with the demo clients."""
    return Api()
