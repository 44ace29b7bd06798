"""A damaged item is 503 in the dialect's words or a fault of the authorizer, and it is logged."""

import json
from typing import Any

import boto3
import pytest
from token_service.domain.errors import Unavailable
from token_service.domain.grants import TokenFormat
from token_service.domain.owners import OwnerKind
from token_service.store.items import DamagedItemError

from tests.aws_hooks import items_of
from tests.functions.deployment import Deployment, load_event
from tests.wire.demo_clients import ADMIN, CLIENT, CUSTOMER, MEMBER

type Item = dict[str, Any]

PLANTED = "planted-value"
# The dialects' bodies for an outage, whatever the function.
ELASTIC_PATH = {"errors": [{"status": "503", "title": "Service Unavailable"}]}
STANDARD = {"error": "temporarily_unavailable"}
MAGENTO = {"message": "The service is temporarily unavailable. Please try again later."}


def damage(deployment: Deployment, table: str, key: str, **attributes: Item) -> int:
    """Replace attributes of all items whose partition key begins with `key`; their count."""
    deployment.hidden.append(PLANTED)
    found = [item for item in items_of(table) if partition_of(item).startswith(key)]
    for item in found:
        boto3.client("dynamodb").put_item(TableName=table, Item=item | attributes)
    return len(found)


def partition_of(item: Item) -> str:
    """The item's partition key."""
    key: str = (item.get("entity") or item["bucket"])["S"]
    return key


def issue(deployment: Deployment, form: TokenFormat) -> str:
    """A token of the demo client, of this form."""
    deployment.administration.update(CLIENT, token_format=form)
    return deployment.issue()


def account_ref(kind: OwnerKind) -> str:
    """The key of the one account of a kind."""
    keys = map(partition_of, items_of("ClientsTable"))
    (key,) = (key for key in keys if key.startswith(f"{kind}#"))
    return key


def check_unavailable(deployment: Deployment, answer: Any, body: Item, detail: str) -> None:  # noqa: ANN401 - a function's answer
    """503 with this body, and one log line with this detail."""
    assert (answer["statusCode"], json.loads(answer["body"])) == (503, body)
    assert answer["headers"]["retry-after"] == "2"
    line = deployment.logs[-1]
    assert (line["result"], line["detail"]) == ("temporarily_unavailable", detail)


@pytest.mark.parametrize(
    ("event", "body"),
    [("standard", STANDARD), ("simple_store", STANDARD), ("elastic_path", ELASTIC_PATH)],
)
def test_damaged_client_gets_no_token(deployment: Deployment, event: str, body: Item) -> None:
    """It is neither called unknown nor let in."""
    assert damage(deployment, "ClientsTable", f"client#{CLIENT}", enabled={"S": PLANTED})
    answer = deployment.invoke("issue", load_event(f"issue/{event}"))
    detail = f"damaged client item client#{CLIENT}: enabled bool_type"
    check_unavailable(deployment, answer, body, detail)


def test_damaged_signing_secret_signs_nothing(deployment: Deployment) -> None:
    """The issue function logs which member is damaged."""
    deployment.hidden.append(PLANTED)
    secrets = boto3.client("secretsmanager")
    # A secret of its own, because moto lets AWSCURRENT stay on the version that had it.
    secrets.delete_secret(SecretId="SigningSecret", ForceDeleteWithoutRecovery=True)
    text = json.dumps({"current": {"pem": PLANTED}})
    secrets.create_secret(Name="SigningSecret", SecretString=text)
    answer = deployment.invoke("issue", load_event("issue/standard"))
    detail = "damaged signing secret: current.kid missing, current.alg missing"
    check_unavailable(deployment, answer, STANDARD, detail)


@pytest.mark.parametrize("event", ["standard", "simple_store"])
@pytest.mark.parametrize("form", [TokenFormat.JWT, TokenFormat.OPAQUE])
def test_damaged_record_is_not_called_inactive(
    deployment: Deployment, event: str, form: TokenFormat
) -> None:
    """The record of a JWT, and that of an opaque token."""
    token = issue(deployment, form)
    assert damage(deployment, "TokensTable", "", issued_at={"S": PLANTED}) == 1
    answer = deployment.invoke("introspect", load_event(f"introspect/{event}", token))
    check_unavailable(deployment, answer, STANDARD, "damaged token record: issued_at int_type")


@pytest.mark.parametrize("form", [TokenFormat.JWT, TokenFormat.OPAQUE])
def test_authorizer_raises_for_a_damaged_record(deployment: Deployment, form: TokenFormat) -> None:
    """API Gateway would cache a denial."""
    token = issue(deployment, form)
    assert damage(deployment, "TokensTable", "", grant={"S": PLANTED}) == 1
    for event in ("http_v2_identified", "rest_token", "appsync", "direct"):
        with pytest.raises(DamagedItemError, match=r"^damaged token record: grant enum$"):
            deployment.invoke("authorizer", load_event(f"authorizer/{event}", token))


def test_authorizer_raises_for_a_damaged_client(deployment: Deployment) -> None:
    """Lambda logs the error's name and message."""
    token = deployment.issue()
    assert damage(deployment, "ClientsTable", f"client#{CLIENT}", epoch={"N": "1"})
    message = f"^damaged client item client#{CLIENT}: epoch string_type$"
    with pytest.raises(DamagedItemError, match=message):
        deployment.invoke("authorizer", load_event("authorizer/http_v2_identified", token))


@pytest.mark.parametrize(
    ("keys", "detail"),
    [
        (f'["{PLANTED}"]', "damaged published signing keys item: keys.0 model_type"),
        (f'["{PLANTED}', "damaged published signing keys item: keys json_invalid"),
        ("unusable", "damaged published signing key: key {kid}"),
    ],
)
def test_damaged_published_key_lets_nobody_in(
    deployment: Deployment, keys: str, detail: str
) -> None:
    """Its tokens are not called invalid either: nothing is known of them."""
    token = deployment.issue()
    if keys == "unusable":
        (stored,) = (item for item in items_of("ClientsTable") if "keys" in item)
        entries = json.loads(stored["keys"]["S"])
        detail = detail.format(kid=entries[0]["kid"])
        entries[0]["jwk"] = {"kty": "EC", "crv": "P-256", "x": PLANTED, "y": PLANTED}
        keys = json.dumps(entries)
    boto3.client("dynamodb").update_item(
        TableName="ClientsTable",
        Key={"entity": {"S": "keys#signing"}, "part": {"S": "public"}},
        UpdateExpression="SET #keys = :keys",
        ExpressionAttributeNames={"#keys": "keys"},
        ExpressionAttributeValues={":keys": {"S": keys}},
    )
    deployment.hidden.append(PLANTED)
    for name in ("introspect/standard", "discovery/jwks"):
        answer = deployment.invoke(name.split("/", 1)[0], load_event(name, token))
        assert answer["statusCode"] == 503
        assert deployment.logs[-1]["detail"].startswith(detail)
    with pytest.raises(Unavailable, match=f"^{detail}") as caught:
        deployment.invoke("authorizer", load_event("authorizer/http_v2_identified", token))
    assert PLANTED not in str(caught.value)


@pytest.mark.parametrize(
    ("event", "kind"), [("customer_json", OwnerKind.CUSTOMER), ("admin_json", OwnerKind.ADMIN)]
)
def test_damaged_account_is_not_signed_in(
    deployment: Deployment, event: str, kind: OwnerKind
) -> None:
    """Nor is its password called wrong."""
    deployment.register_demo_people()
    assert damage(deployment, "ClientsTable", f"{kind}#", resources={"S": PLANTED}) == 1
    answer = deployment.invoke("login", load_event(f"login/{event}"))
    ref = account_ref(kind)
    check_unavailable(
        deployment, answer, MAGENTO, f"damaged account item {ref}: resources tuple_type"
    )


def test_damaged_name_is_not_quoted(deployment: Deployment) -> None:
    """The key of a name item holds the name, so the log has only the kind of the item."""
    deployment.register_demo_people()
    deployment.hidden += [CUSTOMER, ADMIN]
    assert damage(deployment, "ClientsTable", "name#customer#", id={"N": "1"}) == 1
    answer = deployment.invoke("login", load_event("login/customer_json"))
    check_unavailable(deployment, answer, MAGENTO, "damaged name item: id string_type")


def test_damaged_member_is_not_signed_in(deployment: Deployment) -> None:
    """A shopper gets the dialect's 503 as well."""
    deployment.register_demo_member()
    token = deployment.issue("elastic_path_implicit")
    assert damage(deployment, "ClientsTable", "account_member#", version={"S": PLANTED}) == 1
    answer = deployment.invoke("shopper_login", load_event("shopper_login/member", token))
    detail = f"damaged account item {account_ref(OwnerKind.ACCOUNT_MEMBER)}: version int_type"
    assert answer["statusCode"] == 503
    assert deployment.logs[-1]["detail"] == detail
    assert MEMBER not in detail
