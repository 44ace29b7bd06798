"""Real HTTP clients, led to the endpoint in process instead of a socket."""

from typing import TYPE_CHECKING, override
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter

from tests.service import ISSUER
from tests.wire.magento.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping


class InProcess(BaseAdapter):
    """Answers requests for the issuer's host from a world."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    @override
    def send(
        self, request: requests.PreparedRequest, *_: object, **__: object
    ) -> requests.Response:
        """The endpoint's answer."""
        assert request.url
        url, body = urlsplit(request.url), request.body or b""
        assert isinstance(body, (bytes, str))
        headers: Mapping[str, str] = request.headers
        answer = self._world.send(
            request.method or "",
            url.path,
            body,
            query=url.query,
            **{name.lower().replace("-", "_"): value for name, value in headers.items()},
        )
        response = requests.Response()
        response.request, response.url = request, request.url
        response.status_code = answer.status
        response.headers.update(answer.headers)
        response._content = answer.body.encode()  # noqa: SLF001 - what requests' own adapter sets
        return response

    @override
    def close(self) -> None:
        """Nothing to close."""


def session(world: World, token: str | None = None) -> requests.Session:
    """A session for the endpoint, with a bearer token if there is one."""
    made = requests.Session()
    made.trust_env = False
    made.mount(ISSUER, InProcess(world))
    if token is not None:
        made.headers["authorization"] = f"Bearer {token}"
    return made
