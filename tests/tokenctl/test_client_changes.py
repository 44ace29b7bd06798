"""`tokenctl clients update` and `set-jwks`, keys, and when clients were last used."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from token_service.domain.algorithms import SigningAlgorithm

from tests.client_keys import client_jwk
from tests.tokenctl.conftest import SECRET, Tokenctl
from tests.tokenctl.lines import facts

UPDATE = ("clients", "update", "shop")


@pytest.fixture
def shop(tokenctl: Tokenctl) -> Any:  # noqa: ANN401 - JSON
    """A client with lists to change."""
    return tokenctl.create("--id", "shop", "--scope", "a", "--lifetime", "30m")


@pytest.fixture
def jwks_file(tmp_path: Path) -> str:
    """Two public keys."""
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [client_jwk(), client_jwk(SigningAlgorithm.EDDSA)]}))
    return str(path)


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("options", "changed"),
    [
        (("--name", "New"), {"name": "New"}),
        (("--scope", "b", "--scope", "c"), {"scopes": ["b", "c"]}),
        (("--audience", "https://x.example"), {"audience": ["https://x.example"]}),
        (("--grant", "implicit"), {"grants": ["implicit"]}),
        (("--format", "opaque"), {"token_format": "opaque"}),
        (("--lifetime", "1h"), {"token_lifetime": 3600}),
        (("--introspection", "any"), {"introspection": "any"}),
        (
            ("--introspection", "audience", "--serves", "https://x.example"),
            {"introspection": "audience", "serves": ["https://x.example"]},
        ),
        (("--dpop-bound",), {"dpop_bound": True}),
        (("--unrecorded",), {"recorded": False}),
        (
            ("--clear", "scopes", "--clear", "token_lifetime"),
            {"scopes": [], "token_lifetime": None},
        ),
        (("--clear", "scopes", "--name", "New"), {"scopes": [], "name": "New"}),
    ],
)
def test_update_changes_what_is_given(
    tokenctl: Tokenctl, options: tuple[str, ...], changed: dict[str, object]
) -> None:
    """And prints the client as it then is; the rest is as before."""
    before = tokenctl.json("clients", "show", "shop")
    assert tokenctl.json(*UPDATE, *options) == before | changed
    assert tokenctl.json("clients", "show", "shop") == before | changed


@pytest.mark.usefixtures("shop")
def test_expiry_binding_and_records_come_and_go(tokenctl: Tokenctl) -> None:
    """`--expires-in` counts from now; `--clear` and each option's opposite take back."""
    assert tokenctl.json(*UPDATE, "--expires-in", "1d", "--dpop-bound")["expires_at"] is not None
    back = tokenctl.json(*UPDATE, "--clear", "expires_at", "--no-dpop-bound")
    assert (back["expires_at"], back["dpop_bound"]) == (None, False)
    assert tokenctl.json(*UPDATE, "--unrecorded")["recorded"] is False
    opaque = tokenctl.json(*UPDATE, "--recorded", "--format", "opaque")
    assert (opaque["recorded"], opaque["token_format"]) == (True, "opaque")


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "nothing to change was given"),
        (("--scope", "b", "--clear", "scopes"), "scopes is both given and cleared"),
        (("--scope", "a b"), "scope values are printable ASCII"),
        (("--expires-in", "0"), "expiry must be in the future"),
        (("--introspection", "audience"), "audiences served are given"),
        (("--unrecorded", "--format", "opaque"), "only JWTs can do without a record"),
        (("--clear", "name"), "Invalid value for '--clear'"),
        (("--jwks", "-"), "No such option '--jwks'"),
    ],
)
def test_update_refuses_in_one_sentence(
    tokenctl: Tokenctl, options: tuple[str, ...], sentence: str
) -> None:
    """Nothing is changed."""
    before = tokenctl.json("clients", "show", "shop")
    refused = tokenctl(*UPDATE, *options)
    assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert sentence in refused.stderr
    assert tokenctl.json("clients", "show", "shop") == before


def test_unknown_clients_are_named(tokenctl: Tokenctl, jwks_file: str) -> None:
    """As by every other command."""
    for arguments in (("update", "nobody", "--name", "X"), ("set-jwks", "nobody", jwks_file)):
        refused = tokenctl("clients", *arguments)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert refused.stderr == "tokenctl: there is no client nobody\n"


@pytest.mark.parametrize("from_stdin", [False, True])
def test_a_client_with_keys_has_no_secret(
    tokenctl: Tokenctl, jwks_file: str, *, from_stdin: bool
) -> None:
    """From a file or standard input; `show` names the keys (item 26)."""
    stdin = Path(jwks_file).read_text() if from_stdin else ""
    option = "-" if from_stdin else jwks_file
    made = tokenctl("clients", "create", "--name", "K", "--id", "k", "--jwks", option, stdin=stdin)
    assert (facts(made.stdout), made.stderr) == ({"client_id": "k"}, "")
    shown = tokenctl.json("clients", "show", "k")
    assert shown["secrets"] == []
    assert [(key["kty"], key["last_used_at"]) for key in shown["jwks"]] == [
        ("EC", None),
        ("OKP", None),
    ]
    assert shown["jwks"][0]["kid"] == client_jwk()["kid"]
    refused = tokenctl("clients", "rotate-secret", "k")
    assert refused.stderr == (
        "tokenctl: a client with keys has no secret: change its keys instead\n"
    )


@pytest.mark.usefixtures("shop")
def test_set_jwks_replaces_keys_and_ends_secrets(tokenctl: Tokenctl, jwks_file: str) -> None:
    """One JWK is a set of one; back to a secret by clearing the keys and rotating."""
    shown = tokenctl.json("clients", "set-jwks", "shop", jwks_file)
    assert (shown["secrets"], len(shown["jwks"])) == ([], 2)
    one = json.dumps(client_jwk(number=2))
    shown = tokenctl.json("clients", "set-jwks", "shop", "-", stdin=one)
    assert [key["kid"] for key in shown["jwks"]] == [client_jwk(number=2)["kid"]]
    tokenctl.json(*UPDATE, "--clear", "jwks")
    assert tokenctl.json("clients", "rotate-secret", "shop")["client_secret"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the keys are no JSON document"),
        ("[]", "the keys are neither a JWK Set nor a JWK"),
        (
            json.dumps(client_jwk(alg=[])),
            "key 1 is weak, or fits none of RS256, PS256, ES256, EdDSA, Ed25519",
        ),
        (json.dumps(client_jwk(d="AA")), "a key has private members: give the public half alone"),
    ],
)
def test_bad_keys_are_refused(tokenctl: Tokenctl, text: str, sentence: str) -> None:
    """In one sentence that quotes nothing of the file, and nothing is made."""
    for command in (
        ("clients", "create", "--name", "K", "--jwks", "-"),
        ("clients", "set-jwks", "nobody", "-"),
    ):
        refused = tokenctl(*command, stdin=text)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert refused.stderr == f"tokenctl: {sentence}\n"
    assert tokenctl.json("clients", "list") == []


def test_a_secret_beside_keys_is_refused(tokenctl: Tokenctl, jwks_file: str) -> None:
    """A client proves itself in one way."""
    create = ("clients", "create", "--name", "K", "--jwks", jwks_file, "--secret-stdin")
    refused = tokenctl(*create, stdin=SECRET)
    assert refused.stderr == "tokenctl: a public client or one with keys has no secret\n"


def test_show_tells_when_what_was_last_used(
    tokenctl: Tokenctl, shop: dict[str, str], issue: Callable[[Any], str]
) -> None:
    """The client and each secret: so one sees whether the old one is still in use."""
    before = tokenctl.json("clients", "show", "shop")
    assert (before["last_used_at"], before["secrets"][0]["last_used_at"]) == (None, None)
    started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    issue(shop)
    rotated = tokenctl.json("clients", "rotate-secret", "shop")
    after = tokenctl.json("clients", "show", "shop")
    new, old = after["secrets"]
    assert (new["last_used_at"], old["last_used_at"]) == (None, after["last_used_at"])
    assert after["last_used_at"] >= started
    issue(rotated)
    assert tokenctl.json("clients", "show", "shop")["secrets"][0]["last_used_at"] is not None
    assert facts(tokenctl("clients", "show", "shop").stdout)["last_used_at"] != "-"
    tokenctl.json("clients", "delete", "shop", "--yes")
    tokenctl.create("--id", "shop")
    assert tokenctl.json("clients", "show", "shop")["last_used_at"] is None
