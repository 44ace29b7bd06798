"""The key that seals integrations' secrets, in Secrets Manager."""

from hashlib import sha256
from typing import TYPE_CHECKING

from token_service.store.dynamodb import not_now
from token_service.store.items import DamagedItemError

if TYPE_CHECKING:
    from token_service.aws.secrets_manager import SecretsManager


def sealing_key(client: "SecretsManager", secret_id: str) -> bytes:
    """32 bytes from the generated secret, which is long and random text.

    Raises:
        Unavailable: Secrets Manager did not answer.
        DamagedItemError: the secret is empty, and everybody can compute a key of nothing.

    """
    with not_now():
        answer = client.get_secret_value(SecretId=secret_id)
    secret = answer.get("SecretString")
    if not secret:
        raise DamagedItemError(detail="damaged sealing secret: no text")
    return sha256(secret.encode()).digest()
