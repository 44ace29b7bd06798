"""A token of the deployment, and all that must not be mistaken for it."""

import json
import time

from token_service.domain.algorithms import LoadedKey, SigningAlgorithm
from token_service.domain.keys import load_private

from tests.domain.forge import encode, forge, hmac_signed, parts
from tests.service import key_pair


def spoilt(token: str, key: LoadedKey) -> dict[str, str]:
    """The token in every way in which it is not good; `key` is the one it was signed with."""
    header, claims = parts(token)
    now = int(time.time())
    signed, signature = token.rsplit(".", 1)
    past = {"iat": now - 7200, "nbf": now - 7200, "exp": now - 3600}
    nobody_s = encode(json.dumps(header | {"alg": "none"}).encode())
    return {
        "expired": forge(token, claims=past, key=key),
        "wrong_audience": forge(token, claims={"aud": "https://other.example"}, key=key),
        "wrong_issuer": forge(token, claims={"iss": "https://other.example"}, key=key),
        "not_yet": forge(token, claims={"nbf": now + 3600}, key=key),
        "tampered": f"{encode(json.dumps(header).encode())}."
        f"{encode(json.dumps(claims | {'scope': 'admin'}).encode())}.{signature}",
        "foreign_key_our_kid": forge(token, key=_foreign_key()),
        "foreign_key": forge(token, header={"kid": "foreign"}, key=_foreign_key()),
        "unsigned": f"{nobody_s}.{signed.split('.')[1]}.",
        "hmac_of_the_kid": hmac_signed(token, header["kid"].encode()),
    }


def _foreign_key() -> LoadedKey:
    """An RSA key that the deployment has never seen."""
    return load_private(key_pair(SigningAlgorithm.RS256)[0])
