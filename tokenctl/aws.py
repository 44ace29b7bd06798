"""The operator's AWS configuration, which boto3 knows how to find, and calls made with it."""

import os
from time import time
from typing import Literal

import boto3
from botocore.exceptions import NoCredentialsError
from token_service.aws.connection import KeptConnection
from token_service.aws.service import Service
from token_service.aws.signature import Credentials, Signer
from token_service.system import PATIENCE, pause


def aws_session() -> boto3.Session:
    """The usual AWS configuration (profile, region, endpoint)."""
    # boto3 alone among AWS's tools does not read AWS_REGION.
    return boto3.Session(region_name=os.environ.get("AWS_REGION"))


def service(
    name: Literal["dynamodb", "secretsmanager"],
    session: boto3.Session,
    endpoint_url: str | None = None,
) -> Service:
    """Calls to one AWS service with this configuration, through the service's own client.

    Raises:
        BotoCoreError: it names no region, or later no credentials.

    """
    described = session.client(name, endpoint_url=endpoint_url).meta

    def credentials() -> Credentials:
        # Asked for at each call: those of a role end and are renewed.
        found = session.get_credentials()
        held = found.get_frozen_credentials() if found else None
        if held is None or held.access_key is None or held.secret_key is None:
            raise NoCredentialsError
        return Credentials(held.access_key, held.secret_key, held.token or "")

    return Service(
        signer=Signer(name, described.region_name, described.endpoint_url.partition("://")[2]),
        transport=KeptConnection(described.endpoint_url, PATIENCE),
        credentials=credentials,
        pause=pause,
        now=time,
    )
