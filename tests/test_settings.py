"""Where AWS is called, as the environment has it."""

import pytest
from token_service.settings import Environment, SettingError

LAMBDA = {"AWS_REGION": "cn-north-1", "URL_SUFFIX": "amazonaws.com.cn"}


@pytest.mark.parametrize(
    ("own", "service", "expected"),
    [
        ({}, "dynamodb", "https://dynamodb.cn-north-1.amazonaws.com.cn"),
        (
            {"AWS_USE_FIPS_ENDPOINT": "true"},
            "lambda",
            "https://lambda-fips.cn-north-1.amazonaws.com.cn",
        ),
        ({"AWS_ENDPOINT_URL": "http://localhost:1/"}, "dynamodb", "http://localhost:1"),
        ({"AWS_ENDPOINT_URL_DYNAMODB": "http://a"}, "dynamodb", "http://a"),
        (
            {"AWS_ENDPOINT_URL_DYNAMODB": "http://a", "AWS_ENDPOINT_URL": "b"},
            "dynamodb",
            "http://a",
        ),
        ({"AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://a"}, "secretsmanager", "http://a"),
        ({"AWS_ENDPOINT_URL_LAMBDA": "http://a"}, "lambda", "http://a"),
    ],
)
def test_endpoints_are_named_as_with_aws_s_own_tools(
    own: dict[str, str], service: str, expected: str
) -> None:
    """One's own for a service, one's own for all, else the Region's in its part of the world."""
    assert Environment(LAMBDA | own).endpoint(service) == expected


def test_a_region_that_is_not_set_is_named() -> None:
    """Outside Lambda somebody has to say."""
    with pytest.raises(SettingError, match="AWS_REGION"):
        Environment({}).endpoint("dynamodb")
