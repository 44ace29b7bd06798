"""What ends a token, and that the next call notices, wherever the token is checked."""

import re

import boto3
import pytest

from local.stack import LocalStack
from tests.e2e.deployed import KINDS, OPEN, SHUT, Deployed, NewClient, Party
from tests.e2e.operator import Operator
from tests.e2e.store import clients_of

EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
type Kind = tuple[str, ...]


def test_a_new_token_kills_no_older_one(deployed: Deployed) -> None:
    """Several tokens of one client, through all dialects, live side by side."""
    tokens = [
        deployed.issue(deployed.client, dialect)
        for dialect in ("elastic_path", "simple_store", "standard")
    ]
    assert len(set(tokens)) == 3
    assert [deployed.doors(token) for token in tokens] == [OPEN] * 3


def test_opaque_tokens_are_forty_hex_digits(deployed: Deployed, new_client: NewClient) -> None:
    """An opaque client's tokens look like Elastic Path's samples, and open the same doors."""
    party = new_client("--format", "opaque")
    token = deployed.issue(party, "elastic_path")
    assert re.fullmatch("[0-9a-f]{40}", token)
    assert deployed.doors(token) == OPEN
    told = deployed.introspect(token)
    assert (told["client_id"], told["exp"] - told["iat"]) == (party.id, 3600)
    assert "jti" not in told


@EVERY_KIND
def test_a_revoked_token_is_refused_and_no_other(
    deployed: Deployed, new_client: NewClient, kind: Kind
) -> None:
    """Revoking ends one token at once, again and again with the same answer, and no other."""
    party = new_client(*kind)
    ended, kept = deployed.issue(party), deployed.issue(party)
    assert deployed.doors(ended) == OPEN
    deployed.revoke(ended, party)
    deployed.revoke(ended, party)
    assert deployed.doors(ended) == SHUT
    assert deployed.doors(kept) == OPEN


def test_a_foreign_token_survives_revocation(deployed: Deployed, new_client: NewClient) -> None:
    """Who revokes another's token is told nothing, and nothing happens."""
    token = deployed.issue(deployed.client)
    deployed.revoke(token, new_client())
    assert deployed.doors(token) == OPEN


def test_only_owners_and_resource_servers_learn_of_a_token(
    deployed: Deployed, new_client: NewClient
) -> None:
    """Introspection tells the owner and a resource server; another client sees it inactive."""
    token = deployed.issue(deployed.client)
    assert deployed.introspect(token, deployed.client)["active"] is True
    assert deployed.introspect(token, deployed.server)["active"] is True
    assert deployed.introspect(token, new_client()) == {"active": False}


@EVERY_KIND
def test_disabling_refuses_a_client_and_its_tokens(
    deployed: Deployed, new_client: NewClient, tokenctl: Operator, kind: Kind
) -> None:
    """A disabled client gets and uses no token from the next call on; enabling undoes it."""
    party = new_client(*kind)
    token = deployed.issue(party)
    tokenctl("clients", "disable", party.id)
    assert deployed.doors(token) == SHUT
    assert deployed.ask(party).status_code == 400
    tokenctl("clients", "enable", party.id)
    assert deployed.doors(token) == OPEN
    assert deployed.ask(party).status_code == 200


@EVERY_KIND
def test_deleting_ends_tokens_for_good(
    deployed: Deployed, new_client: NewClient, tokenctl: Operator, kind: Kind
) -> None:
    """A deleted client's tokens are dead, and stay so when its id and secret are used again."""
    party = new_client(*kind)
    token = deployed.issue(party)
    tokenctl("clients", "delete", party.id, "--yes")
    assert deployed.doors(token) == SHUT
    assert deployed.ask(party).json()["error"] == "invalid_client"
    again = ("clients", "create", "--name", "Again", "--id", party.id, "--secret-stdin")
    tokenctl(*again, *kind, stdin=party.secret + "\n")
    assert deployed.doors(deployed.issue(party)) == OPEN
    assert deployed.doors(token) == SHUT


@EVERY_KIND
def test_revoking_all_tokens_of_a_client(
    deployed: Deployed, new_client: NewClient, tokenctl: Operator, kind: Kind
) -> None:
    """`clients revoke-tokens` ends every token there is, and the client gets new ones."""
    party = new_client(*kind)
    tokens = [
        deployed.issue(party),
        deployed.issue(party, "elastic_path"),
        deployed.implicit(party),
    ]
    tokenctl("clients", "revoke-tokens", party.id)
    assert [deployed.doors(token) for token in tokens] == [SHUT] * 3
    assert deployed.doors(deployed.issue(party)) == OPEN


@EVERY_KIND
def test_an_operator_ends_a_token_of_anybody(
    deployed: Deployed, new_client: NewClient, tokenctl: Operator, kind: Kind
) -> None:
    """`tokens introspect` and `tokens revoke` work on what a client was given over HTTP."""
    token = deployed.issue(new_client(*kind))
    assert tokenctl("tokens", "introspect", stdin=token)["active"] is True
    assert tokenctl("tokens", "revoke", stdin=token) == {"revoked": True}
    assert deployed.doors(token) == SHUT
    assert tokenctl("tokens", "introspect", stdin=token) == {"active": False}


def test_tokens_without_a_record_end_while_their_client_s_have_one(
    deployed: Deployed, new_client: NewClient, tokenctl: Operator
) -> None:
    """`clients update --recorded` refuses them at once, `--unrecorded` lets them in again."""
    party = new_client("--unrecorded")
    before = deployed.issue(party)
    assert deployed.doors(before) == OPEN
    tokenctl("clients", "update", party.id, "--recorded")
    recorded = deployed.issue(party)
    assert [deployed.doors(token) for token in (before, recorded)] == [SHUT, OPEN]
    tokenctl("clients", "update", party.id, "--unrecorded")
    assert [deployed.doors(token) for token in (before, recorded)] == [OPEN, OPEN]


def test_both_secrets_work_while_a_rotation_overlaps(
    deployed: Deployed, new_client: NewClient, tokenctl: Operator
) -> None:
    """After `rotate-secret` the old secret works on for the overlap; tokens are not touched."""
    old = new_client()
    token = deployed.issue(old)
    rotated = tokenctl("clients", "rotate-secret", old.id, "--overlap", "1h")
    new = Party(old.id, rotated["client_secret"])
    assert new.secret != old.secret
    assert [deployed.ask(party).status_code for party in (old, new)] == [200, 200]
    assert deployed.doors(token) == OPEN


def test_without_overlap_the_old_secret_fails_at_once(
    deployed: Deployed, new_client: NewClient, tokenctl: Operator
) -> None:
    """`--overlap 0` refuses the old secret from the next call on, and earlier overlaps with it."""
    oldest = new_client()
    older = tokenctl("clients", "rotate-secret", oldest.id, "--overlap", "1h")["client_secret"]
    newest = tokenctl("clients", "rotate-secret", oldest.id, "--overlap", "0")["client_secret"]
    statuses = [
        deployed.ask(Party(oldest.id, secret)).status_code
        for secret in (oldest.secret, older, newest)
    ]
    assert statuses == [400, 400, 200]


def test_an_expired_client_is_refused_with_its_tokens(
    deployed: Deployed,
    new_client: NewClient,
    tokenctl: Operator,
    stack: LocalStack,
    aws: boto3.Session,
) -> None:
    """A client made with an end works until then; past it, neither it nor its tokens do."""
    party = new_client("--expires-in", "1h")
    token = deployed.issue(party)
    assert deployed.doors(token) == OPEN
    assert tokenctl("clients", "show", party.id)["state"] == "live"
    clients_of(stack, aws).end(party.id)  # an hour in a test takes too long
    assert tokenctl("clients", "show", party.id)["state"] == "expired"
    assert deployed.doors(token) == SHUT
    assert deployed.ask(party).json()["error"] == "invalid_client"


def test_a_lifetime_of_its_own(deployed: Deployed, new_client: NewClient) -> None:
    """A client's `--lifetime` is what its tokens are given, in every dialect."""
    party = new_client("--lifetime", "5m")
    for dialect in ("elastic_path", "simple_store", "standard"):
        assert deployed.ask(party, dialect).json()["expires_in"] == 300
    told = deployed.introspect(deployed.issue(party))
    assert told["exp"] - told["iat"] == 300


def test_an_audience_of_another_opens_no_door_here(
    deployed: Deployed, new_client: NewClient
) -> None:
    """Only the resource server that it is for learns of a token; this one's authorizer refuses."""
    elsewhere = "https://elsewhere.example"
    token = deployed.issue(new_client("--audience", elsewhere))
    assert deployed.doors(token) == (False, 401, 403)
    server = new_client("--introspection", "audience", "--serves", elsewhere)
    assert deployed.introspect(token, server)["aud"] == elsewhere
