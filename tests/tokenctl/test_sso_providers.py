"""`tokenctl sso-providers`: whom shoppers may sign in by."""

import pytest
from token_service import aws

from tests.service import ISSUER
from tests.tokenctl.conftest import Tokenctl
from tests.tokenctl.test_errors import assert_one_sentence
from tokenctl.deployment import Deployment

CREATE = (
    *("sso-providers", "create", "Directory", "--issuer", "https://idp.example"),
    *("--client-id", "us", "--redirect-uri", "https://shop.example/back", "--secret-stdin"),
)
BOTH = ("--for", "customers", "--for", "account-members")


@pytest.fixture(autouse=True)
def _sealing_key(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack's sealing secret, as CloudFormation generates it."""
    aws.secrets_manager().create_secret(Name="Sealing", SecretString="s" * 64)
    complete = Deployment({**deployment.outputs, "SealingSecretId": "Sealing"}, deployment.dynamodb)
    monkeypatch.setattr(Deployment, "find", lambda _stack_name: complete)


def test_a_provider_from_creation_to_removal(tokenctl: Tokenctl) -> None:
    """Its addresses are told, its secret never again."""
    made = tokenctl.json(*CREATE, *BOTH, stdin="an-idp-secret\n")
    assert made["customer_callback"].startswith(f"{ISSUER}/oidc-idp/callback/stores/")
    assert made["account_member_login"].endswith(
        f"?elasticpath_commerce_cloud_profile_id={made['id']}"
    )
    assert tokenctl.json("sso-providers", "show", made["id"]) == made
    (row,) = tokenctl.json("sso-providers", "list")
    assert row["issuer"] == "https://idp.example"
    tokenctl.json("sso-providers", "set-secret", made["id"], "--secret-stdin", stdin="other\n")
    everything = str(made) + str(row)
    assert "an-idp-secret" not in everything
    assert tokenctl.json("sso-providers", "delete", made["id"], "--yes")["state"] == "deleted"
    assert tokenctl.json("sso-providers", "list") == []


def test_a_provider_is_for_customers_unless_it_is_said(tokenctl: Tokenctl) -> None:
    """Account members act for companies: an operator names them, or nobody becomes one."""
    made = tokenctl.json(*CREATE, stdin="an-idp-secret\n")
    assert made["kinds"] == ["customers"]
    assert "customer_callback" in made
    assert not [fact for fact in made if fact.startswith("account_member")]
    members = tokenctl.json(*CREATE, "--for", "account-members", stdin="an-idp-secret\n")
    assert members["kinds"] == ["account-members"]
    assert not [fact for fact in members if fact.startswith("customer")]
    assert tokenctl.json("sso-providers", "show", members["id"]) == members
    rows = tokenctl.json("sso-providers", "list")
    assert [row["kinds"] for row in rows] == ["customers", "account-members"]


def test_what_goes_wrong_is_said_in_one_sentence(tokenctl: Tokenctl) -> None:
    """An unknown provider, and a secret that is none."""
    unknown = tokenctl("sso-providers", "show", "8f6f2f64-0000-4000-8000-000000000001")
    assert_one_sentence(unknown, "there is no OpenID provider")
    empty = tokenctl(*CREATE, stdin="\n")
    assert_one_sentence(empty, "client secret must have")
