"""This function's environment, and the AWS services that it may call."""

import os
from functools import cache
from time import time
from urllib.parse import urlsplit

from token_service.aws.connection import KeptConnection, Transport
from token_service.aws.credentials import credentials_of
from token_service.aws.dynamodb import DynamoDB
from token_service.aws.secrets_manager import SecretsManager
from token_service.aws.service import Service, untraced
from token_service.aws.signature import Signer
from token_service.aws.trace import Daemon, Trace
from token_service.settings import Environment
from token_service.system import PATIENCE, now, pause


@cache
def environment() -> Environment:
    """This function's environment."""
    return Environment(os.environ)


@cache
def dynamodb() -> DynamoDB:
    """The one DynamoDB client."""
    return DynamoDB.over(service("dynamodb"))


@cache
def secrets_manager() -> SecretsManager:
    """The one Secrets Manager client."""
    return SecretsManager.over(service("secretsmanager"))


def service(name: str) -> Service:
    """Calls to one AWS service, by the name that its endpoint begins with."""
    env = environment()
    endpoint, region = env.endpoint(name), env.text("AWS_REGION")
    address = env.optional("AWS_XRAY_DAEMON_ADDRESS")
    return Service(
        signer=Signer(name, region, urlsplit(endpoint).netloc),
        transport=transport(endpoint),
        credentials=credentials_of(env.variables, now),
        pause=pause,
        now=time,
        trace=Trace(env.variables, region, Daemon(address).tell).call if address else untraced,
    )


def transport(endpoint: str) -> Transport:
    """How requests reach an endpoint."""
    return KeptConnection(endpoint, PATIENCE)
