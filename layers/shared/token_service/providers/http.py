"""How providers are asked: one connection pool, short timeouts, bounded answers, no redirects."""

from collections.abc import Mapping

import urllib3

from token_service.domain.errors import Unavailable
from token_service.providers.openid import Fetched

# A shopper is waiting, and the function's own time is short; seconds.
_TIMEOUT = urllib3.Timeout(connect=2, read=4)
# No metadata, key set or token is a tenth as long; more is an attack or a mistake.
_MAX_BYTES = 256 * 1024

_pool = urllib3.PoolManager(timeout=_TIMEOUT, retries=False)


def fetch(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Fetched:
    """Ask once.

    Raises:
        Unavailable: no answer in time, or one that is too long.

    """
    try:
        answer = _pool.request(
            method,
            url,
            headers={"accept": "application/json", **headers},
            body=body,
            redirect=False,
            preload_content=False,
        )
        try:
            content = answer.read(_MAX_BYTES + 1, decode_content=True)
        finally:
            answer.close()
    except urllib3.exceptions.HTTPError as error:
        raise Unavailable(detail=f"the provider did not answer: {type(error).__name__}") from error
    if len(content) > _MAX_BYTES:
        raise Unavailable(detail="the provider's answer is too long")
    return Fetched(answer.status, content)
