"""The key that seals integrations' secrets, in Secrets Manager."""

from hashlib import sha256
from typing import TYPE_CHECKING

from token_service.store.errors import translate_errors
from token_service.store.items import DamagedItemError

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient


def sealing_key(client: "SecretsManagerClient", secret_id: str) -> bytes:
    """32 bytes from the generated secret, which is long and random text.

    Raises:
        Unavailable: Secrets Manager did not answer.
        DamagedItemError: the secret is empty, and everybody can compute a key of nothing.

    """
    with translate_errors():
        answer = client.get_secret_value(SecretId=secret_id)
    secret = answer.get("SecretString")
    if not secret:
        raise DamagedItemError(detail="damaged sealing secret: no text")
    return sha256(secret.encode()).digest()
