"""Fixtures for shoppers on the wire."""

import pytest

from tests.wire.elastic_path.storefront import Storefront


@pytest.fixture
def shop() -> Storefront:
    """A storefront with its shoppers."""
    return Storefront()
