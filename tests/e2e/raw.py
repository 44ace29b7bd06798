"""HTTP as it is typed: nothing is added, tidied or refused on our side."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.e2e.deployed import SECONDS


@dataclass(frozen=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def error(self) -> str | None:
        """The error's code, or Elastic Path's title; None if the body is empty."""
        if not self.text:
            return None
        body: dict[str, Any] = json.loads(self.text)
        told: str = body["error"] if "error" in body else body["errors"][0]["title"]
        return told


def send(
    base_url: str, method: str, path: str, headers: list[tuple[str, str | bytes]], body: bytes
) -> Answer:
    """Send exactly these headers, besides Host and Content-Length."""
    address = urlsplit(base_url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=SECONDS)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.putheader("content-length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, answer.read().decode())
    finally:
        connection.close()
