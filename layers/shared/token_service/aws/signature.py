"""Signature Version 4: how AWS knows who sent a request, and that nobody changed it.

After "Create a signed AWS API request" in the IAM User Guide; the tests hold it to botocore's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from hmac import digest
from time import gmtime, strftime

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whose requests these are. A `token` comes with credentials that end; '' is none."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs POST requests to one host of one service in one Region."""

    service: str
    region: str
    host: str

    def sign(
        self,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        credentials: Credentials,
        now: int,
    ) -> dict[str, str]:
        """These headers (names in lower case) and those that prove them; `now` in seconds.

        `path` is as it goes over the wire, without a query.
        """
        moment = strftime("%Y%m%dT%H%M%SZ", gmtime(now))
        signed = {"host": self.host, "x-amz-date": moment, **headers}
        if credentials.token:
            signed["x-amz-security-token"] = credentials.token
        names = sorted(signed)
        canonical = "\n".join(
            (
                "POST",
                path,
                "",
                *(f"{name}:{signed[name]}" for name in names),
                "",
                ";".join(names),
                sha256(body).hexdigest(),
            )
        )
        scope = f"{moment[:8]}/{self.region}/{self.service}/aws4_request"
        message = f"{_ALGORITHM}\n{moment}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
        key = _key(credentials.secret_key, moment[:8], self.region, self.service)
        signed["authorization"] = (
            f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, "
            f"SignedHeaders={';'.join(names)}, "
            f"Signature={digest(key, message.encode(), 'sha256').hex()}"
        )
        return signed


@lru_cache(maxsize=8)
def _key(secret_key: str, day: str, region: str, service: str) -> bytes:
    """The same for a whole day."""
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, service, "aws4_request"):
        key = digest(key, part.encode(), "sha256")
    return key
