"""Asks a token endpoint for tokens over HTTP, by a few connections at once that are kept alive."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

CONNECTIONS = 8
_PATIENCE = 30.0  # seconds for one answer
_OK = 200


class Refused(Exception):
    """An answer was no token; the text says what it was."""


def ask(address: str, path: str, headers: Mapping[str, str], body: bytes, times: int) -> bytes:
    """Post the same request `times` times to host:port, shared out evenly; one of the answers.

    Raises:
        Refused: an answer was not 200.

    """
    shares = [
        times // CONNECTIONS + (number < times % CONNECTIONS) for number in range(CONNECTIONS)
    ]
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        answers = threads.map(
            lambda share: _ask_in_turn(address, path, headers, body, share), filter(None, shares)
        )
        return list(answers)[-1]


def _ask_in_turn(
    address: str, path: str, headers: Mapping[str, str], body: bytes, times: int
) -> bytes:
    connection = HTTPConnection(address, timeout=_PATIENCE)
    try:
        for _ in range(times):
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            answer = response.read()
            if response.status != _OK:
                raise Refused(f"{response.status} {answer[:2000]!r}")
    finally:
        connection.close()
    return answer
