"""Fixtures for the wire tests."""

import pytest

from tests.wire.api import Api
from tests.wire.demo_clients import CLIENT, PUBLIC


@pytest.fixture
def api(request: pytest.FixtureRequest) -> Api:
    """Every endpoint over the in-memory service, with the demo clients; see `EITHER`."""
    made = Api()
    for client_id in (CLIENT, PUBLIC):
        recorded = getattr(request, "param", True)
        made.service.administration.update(client_id, recorded=recorded)
    return made
