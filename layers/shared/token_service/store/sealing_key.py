"""The key that seals integrations' secrets, in Secrets Manager."""

from hashlib import sha256
from typing import TYPE_CHECKING

from token_service.store.errors import translate_errors

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient


def sealing_key(client: "SecretsManagerClient", secret_id: str) -> bytes:
    """32 bytes from the generated secret, which is long and random text.

    Raises:
        Unavailable: Secrets Manager did not answer.

    """
    with translate_errors():
        answer = client.get_secret_value(SecretId=secret_id)
    return sha256(answer["SecretString"].encode()).digest()
