"""An integration that signs its requests, as oauthlib's client does."""

from dataclasses import dataclass
from typing import Any

from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client
from token_service.domain.owners import ALL_RESOURCES
from token_service.wire.http import Response

from tests.wire.magento.world import World

HOST = "https://auth.example.test"
PATH = "/rest/V1/store/storeConfigs"
NAME = "Warehouse"


@dataclass
class Integration:
    """An activated integration, and how it signs."""

    world: World
    key: str
    secret: str
    token: str
    token_secret: str

    @classmethod
    def new(cls, world: World, name: str = NAME) -> "Integration":
        """Create and activate one that may use everything."""
        made = world.service.integrations.create(name, (ALL_RESOURCES,))
        access = world.service.integrations.activate(name)
        return cls(
            world,
            made.integration.consumer_key,
            made.consumer_secret,
            access.access_token,
            access.access_token_secret,
        )

    def sign(
        self,
        url: str = HOST + PATH,
        method: Any = "GET",  # noqa: ANN401 - oauthlib lists them all
        /,
        **how: str | None,
    ) -> dict[str, str]:
        """The headers of a signed request; `how` overrules the client's settings."""
        settings: dict[str, Any] = {
            "client_key": self.key,
            "client_secret": self.secret,
            "resource_owner_key": self.token,
            "resource_owner_secret": self.token_secret,
            "signature_method": SIGNATURE_HMAC_SHA256,
            "timestamp": str(self.world.service.now()),
            **how,
        }
        _, headers, _ = Client(**settings).sign(url, method)
        return {"authorization": headers["Authorization"]}

    def gets_in(
        self, headers: dict[str, str], *, method: str = "GET", path: str = PATH, query: str = ""
    ) -> bool:
        """Whether a request with these headers gets through."""
        found = self.world.call(method, path, query=query, headers=headers)
        return not isinstance(found, Response)
