"""Failed client authentication is slowed, and never a way to lock a client out.

RFC 6749 section 2.3.1. Credentials are checked first and failures counted afterwards, so that the
right ones are never refused, whoever guesses meanwhile and from wherever.
"""

from contextlib import suppress
from hashlib import sha256

from token_service.domain.errors import TooManyFailures, Unavailable
from token_service.domain.limits import MINUTE
from token_service.domain.owners import ClientCredentials
from token_service.domain.ports import ClientFailures, Clock, FailureWindow

# Some clients (Go's x/oauth2) try HTTP Basic and then the body: one mistake of theirs counts twice.
DEFAULT_FAILURE_WINDOW = FailureWindow(max_failures=10, seconds=MINUTE)
_MOST_REMEMBERED = 1000


class ClientThrottle:
    """Counts failures by client and source address, whether or not there is such a client.

    A success costs nothing unless this very process has seen the pair fail: only then does it
    reset the count. A count that nobody resets lapses with its window.
    """

    def __init__(self, failures: ClientFailures, window: FailureWindow, now: Clock) -> None:
        """`now` gives seconds since the epoch."""
        self._failures = failures
        self._window = window
        self._now = now
        self._failed_until: dict[str, int] = {}

    def failed(self, credentials: ClientCredentials) -> None:
        """Count a failure. Where the count cannot be kept, the refusal stays what it is.

        Raises:
            TooManyFailures: there were too many before it.

        """
        key, now = failure_key(credentials), self._now()
        if key not in self._failed_until and len(self._failed_until) >= _MOST_REMEMBERED:
            self._failed_until.clear()
        self._failed_until[key] = now + self._window.seconds
        with suppress(Unavailable):
            retry_after = self._failures.count(key, now, self._window)
            if retry_after is not None:
                raise TooManyFailures(retry_after)

    def succeeded(self, credentials: ClientCredentials) -> None:
        """Forget the failures before a success."""
        if not self._failed_until:
            return
        key = failure_key(credentials)
        if self._failed_until.pop(key, 0) > self._now():
            with suppress(Unavailable):
                self._failures.reset(key)


def failure_key(credentials: ClientCredentials) -> str:
    """Under which name failures are counted: no id and no address in clear."""
    text = f"{credentials.source} {credentials.client_id}"
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
