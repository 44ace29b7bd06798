"""`tokenctl keys`, with the very function that it asks, on moto's tables and secret."""

import io
import json
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.response import StreamingBody
from token_service import aws
from token_service.domain.keys import ANNOUNCE, KEEP_RETIRED
from token_service.runtime.environment import dynamodb
from token_service.runtime.rotation import key_rotation, rotation_policy
from token_service.store.signing_keys import DynamoPublicKeys

from tests.functions.deployment import VALUES, Context, forget, forget_logger, load_handler
from tests.store.faults import answer_error
from tests.tokenctl.conftest import Tokenctl
from tests.tokenctl.lines import facts
from tokenctl.deployment import Deployment

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = ["kid", "algorithm", "state", "age", "published_at", "signs_from"]


class Lambda:
    """Answers Invoke with what the function returns, or with how it fails."""

    def __init__(self) -> None:
        self.invoked: list[str] = []

    def __call__(self, params: dict[str, Any], **_: object) -> tuple[AWSResponse, dict[str, Any]]:
        """One invocation."""
        self.invoked.append(params["url_path"])
        answer: dict[str, Any] = {"ResponseMetadata": {"HTTPStatusCode": 200}, "StatusCode": 200}
        try:
            event = json.loads(params["body"])
            with redirect_stdout(io.StringIO()):  # what it prints is for its own log
                payload = load_handler("rotate_keys").lambda_handler(event, Context())
        except Exception as error:  # noqa: BLE001 - Lambda tells of any
            payload = {"errorType": type(error).__name__, "errorMessage": str(error)}
            answer["FunctionError"] = "Unhandled"
        body = json.dumps(payload).encode()
        answer["Payload"] = StreamingBody(io.BytesIO(body), len(body))
        return AWSResponse("", 200, HTTPHeaders(), None), answer


@pytest.fixture
def functions(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> "Iterator[Lambda]":
    """The rotating function, deployed beside these tables, with its first key made."""
    aws.secrets_manager().create_secret(Name="SigningSecret")
    for name, value in VALUES.items():
        monkeypatch.setenv(name, value)
    forget()
    forget_logger(monkeypatch)
    answers, client = Lambda(), cast("Any", deployment.functions)
    client.meta.events.register("before-call.lambda.Invoke", answers)
    key_rotation().advance(rotation_policy())
    yield answers
    forget()


@pytest.mark.usefixtures("functions")
def test_list_shows_a_key_s_life(tokenctl: Tokenctl) -> None:
    """Kid, algorithm, state, age and times; for scripts the same, and times without a zone."""
    (current,) = tokenctl.json("keys", "list")
    assert list(current)[: len(COLUMNS)] == COLUMNS
    assert (current["algorithm"], current["state"], current["age"]) == ("ES256", "current", "0h 0m")
    # Two readings of a real clock, a moment apart.
    assert current["published_at"] <= current["signs_from"]
    assert (current["retired_at"], current["gone_at"]) == (None, None)
    head, line = tokenctl("keys", "list").stdout.splitlines()
    assert head.split()[: len(COLUMNS)] == COLUMNS
    assert line.split()[:3] == [current["kid"], "ES256", "current"]


def test_rotate_announces_a_key(tokenctl: Tokenctl, functions: Lambda) -> None:
    """It says which, and when that may sign; asked again, it is the same one."""
    told = tokenctl.json("keys", "rotate")
    assert told["steps"] == ["made", "published"]
    assert tokenctl.json("keys", "rotate") == told | {"steps": []}
    current, coming = tokenctl.json("keys", "list")
    assert (current["kid"], coming["kid"]) == (told["current"], told["next"])
    assert (coming["state"], coming["signs_from"]) == ("next", told["next_may_sign_at"])
    said = tokenctl("keys", "rotate")
    assert facts(said.stdout)["next_may_sign_at"] == told["next_may_sign_at"]
    assert "tokenctl keys rotate" in said.stderr
    assert functions.invoked == ["/2015-03-31/functions/RotateKeysFunction/invocations"] * 3


@pytest.mark.usefixtures("functions")
def test_rotate_lets_a_key_sign(tokenctl: Tokenctl, deployment: Deployment) -> None:
    """One that has waited long enough signs, and the former one's end is shown."""
    coming = tokenctl.json("keys", "rotate")["next"]
    age(deployment, ANNOUNCE)
    told = tokenctl.json("keys", "rotate")
    assert (told["steps"], told["current"], told["next"]) == (
        ["promoted", "recorded"],
        coming,
        None,
    )
    current, former = tokenctl.json("keys", "list")
    assert (current["kid"], former["state"]) == (coming, "previous")
    assert former["gone_at"] > former["retired_at"]
    age(deployment, KEEP_RETIRED)
    assert tokenctl.json("keys", "list")[1]["age"] == "1d 4h"


def age(deployment: Deployment, seconds: int) -> None:
    """Let the keyring be so much older."""
    public = DynamoPublicKeys(deployment.dynamodb, "ClientsTable")
    key = {"entity": {"S": "keys#signing"}, "part": {"S": "public"}}
    item = deployment.dynamodb.get_item(TableName="ClientsTable", Key=key)["Item"]
    entries = json.loads(item["keys"]["S"])
    for entry in entries:
        for name in ("published_at", "signs_since", "retired_at"):
            entry[name] = None if entry[name] is None else entry[name] - seconds
    item["keys"]["S"] = json.dumps(entries)
    deployment.dynamodb.put_item(TableName="ClientsTable", Item=item)
    assert len(public.load()) == len(entries)


def test_replacing_compromised_keys_asks_first(tokenctl: Tokenctl, functions: Lambda) -> None:
    """Without a yes nothing is called; with one, nothing of before is trusted."""
    (before,) = tokenctl.json("keys", "list")
    refused = tokenctl("keys", "replace-compromised", stdin="n\n")
    assert (refused.exit_code, refused.stdout, functions.invoked) == (1, "", [])
    assert "Withdraw all signing keys?" in refused.stderr
    done = tokenctl("keys", "replace-compromised", stdin="y\n")
    assert (done.exit_code, len(functions.invoked)) == (0, 1)
    current, withdrawn = tokenctl.json("keys", "list")
    assert (withdrawn["kid"], withdrawn["state"]) == (before["kid"], "withdrawn")
    assert facts(done.stdout)["current"] == current["kid"]
    told = tokenctl.json("keys", "replace-compromised", "--yes")
    assert told["current"] not in (current["kid"], before["kid"])


def test_a_rotation_that_fails_is_one_sentence(tokenctl: Tokenctl, functions: Lambda) -> None:
    """The kind of failure, and that it can be run again; nothing is tried twice meanwhile."""
    answer_error(dynamodb(), "GetItem", "ThrottlingException")
    said = tokenctl("keys", "rotate")
    assert (said.exit_code, said.stdout, len(functions.invoked)) == (1, "", 1)
    assert said.stderr == "tokenctl: the key rotation failed, run it again (Unavailable)\n"


def test_a_right_that_is_missing_is_one_sentence(
    tokenctl: Tokenctl, deployment: Deployment
) -> None:
    """It is AWS's own."""
    refusal = {"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}

    def refuse(**_: object) -> tuple[AWSResponse, dict[str, Any]]:
        return AWSResponse("", 403, HTTPHeaders(), None), refusal | {
            "ResponseMetadata": {"HTTPStatusCode": 403}
        }

    client = cast("Any", deployment.functions)
    client.meta.events.register("before-call.lambda.Invoke", refuse)
    said = tokenctl("keys", "rotate", "--json")
    assert (said.exit_code, said.stdout) == (1, "")
    assert "AccessDenied" in json.loads(said.stderr)["error"]


@pytest.mark.usefixtures("functions")
def test_no_private_key_is_seen(tokenctl: Tokenctl) -> None:
    """Whatever is asked for, private keys stay where they sign (item 16)."""
    for command in (["list"], ["rotate"], ["replace-compromised", "--yes"]):
        for form in ([], ["--json"]):
            assert "PRIVATE" not in tokenctl("keys", *command, *form).output
