"""What a function has that starts from a snapshot."""

from botocore.utils import ContainerMetadataFetcher

from bench.snap_start import credentials

FUNCTION = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "c"}


def test_credentials_are_served_instead_of_given() -> None:
    """As botocore asks for them, and counted."""
    with credentials() as served:
        variables = served.variables({**FUNCTION, "OWN": "1"})
        assert set(FUNCTION).isdisjoint(variables)
        assert variables["OWN"] == "1"
        assert variables["AWS_LAMBDA_INITIALIZATION_TYPE"] == "snap-start"
        found = ContainerMetadataFetcher().retrieve_full_uri(
            variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"],
            {"Authorization": variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"]},
        )
        assert found["AccessKeyId"] == "bench"
        assert served.asked == 1
