"""AWS Secrets Manager (JSON 1.1, API version 2017-10-17): the operations that the store uses."""

from dataclasses import dataclass
from os import urandom
from typing import TYPE_CHECKING, Unpack

from token_service.aws.service import JsonService, Service

if TYPE_CHECKING:
    from types_boto3_secretsmanager import type_defs as types

_TOKEN_BYTES = 16


@dataclass(frozen=True, slots=True)
class SecretsManager:
    """One method an operation, the members of requests and answers under AWS's own names.

    Each raises AwsError or NoAnswerError.
    """

    service: JsonService

    @classmethod
    def over(cls, service: Service) -> "SecretsManager":
        """Its calls go out through this."""
        return cls(JsonService(service, "secretsmanager", "application/x-amz-json-1.1"))

    def get_secret_value(
        self, **request: Unpack["types.GetSecretValueRequestTypeDef"]
    ) -> "types.GetSecretValueResponseTypeDef":
        """Read one version of a secret."""
        answer: types.GetSecretValueResponseTypeDef = self.service.call("GetSecretValue", request)
        return answer

    def put_secret_value(
        self, **request: Unpack["types.PutSecretValueRequestTypeDef"]
    ) -> "types.PutSecretValueResponseTypeDef":
        """Add a version to a secret, once however often the request is repeated."""
        request.setdefault("ClientRequestToken", urandom(_TOKEN_BYTES).hex())
        answer: types.PutSecretValueResponseTypeDef = self.service.call("PutSecretValue", request)
        return answer

    def update_secret_version_stage(
        self, **request: Unpack["types.UpdateSecretVersionStageRequestTypeDef"]
    ) -> "types.UpdateSecretVersionStageResponseTypeDef":
        """Move a label from one version to another."""
        answer: types.UpdateSecretVersionStageResponseTypeDef = self.service.call(
            "UpdateSecretVersionStage", request
        )
        return answer
