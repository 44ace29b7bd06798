"""How providers are asked: one connection pool, one deadline, bounded answers, no redirects."""

from collections.abc import Callable, Mapping

import urllib3

from token_service.domain.errors import Unavailable
from token_service.providers.openid import Fetched

# A shopper is waiting, and a return may ask six times within API Gateway's 30 seconds.
DEADLINE = 4
# No metadata, key set or token is a tenth as long; more is an attack or a mistake.
MAX_BYTES = 256 * 1024
_PIECE = 16 * 1024


class Http:
    """Asks each time for `DEADLINE` seconds at most, however slowly the answer drips."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` gives seconds and never goes back."""
        self._clock = clock
        self._pool = urllib3.PoolManager(timeout=urllib3.Timeout(total=DEADLINE), retries=False)

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Fetched:
        """Ask once.

        Raises:
            Unavailable: no answer in time, or one that is too long.

        """
        end = self._clock() + DEADLINE
        try:
            answer = self._pool.request(
                method,
                url,
                headers={"accept": "application/json", **headers},
                body=body,
                redirect=False,
                preload_content=False,
            )
            try:
                content = self._read(answer, end)
            finally:
                answer.close()
        except urllib3.exceptions.HTTPError as error:
            detail = f"the provider did not answer: {type(error).__name__}"
            raise Unavailable(detail=detail) from error
        return Fetched(answer.status, content)

    def _read(self, answer: urllib3.BaseHTTPResponse, end: float) -> bytes:
        """All of it, as it is: nobody asked for a coding, and a few bytes may unpack to a flood.

        `read1` returns what has come, where `read` would wait for as much as it asks for.
        """
        content = bytearray()
        while piece := answer.read1(_PIECE, decode_content=False):
            content += piece
            if len(content) > MAX_BYTES:
                raise Unavailable(detail="the provider's answer is too long")
            if self._clock() >= end:
                raise Unavailable(detail="the provider took too long")
        return bytes(content)
