"""Clients of the two platforms that are no more than a form and a reader of the answer."""

import time
from typing import Any

from tests.e2e.deployed import OPEN, SECONDS, Deployed


def test_simple_store_s_plain_form_client(deployed: Deployed) -> None:
    """The documented request gets exactly the documented members, in order, and IS4's headers."""
    answer = deployed.ask(deployed.client, "simple_store")
    body = answer.json()
    assert list(body) == ["access_token", "expires_in", "token_type", "scope"]
    assert body["expires_in"] == 3600
    assert type(body["expires_in"]) is int
    assert (body["token_type"], body["scope"]) == ("Bearer", "orders:read orders:write")
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
    assert answer.headers["cache-control"] == "no-store, no-cache, max-age=0"
    assert answer.headers["pragma"] == "no-cache"
    assert deployed.doors(body["access_token"]) == OPEN


def test_a_simple_store_client_without_scopes_gets_none(deployed: Deployed) -> None:
    """Without scopes the body is the three documented members, and asking for one is refused."""
    body = deployed.ask(deployed.server, "simple_store").json()
    assert list(body) == ["access_token", "expires_in", "token_type"]
    refused = deployed.ask(deployed.server, "simple_store", scope="orders:read")
    assert (refused.status_code, refused.text) == (400, '{"error":"invalid_scope"}')


def test_simple_store_refuses_in_one_member(deployed: Deployed) -> None:
    """Bad credentials are status 400 and exactly one member, by body and by Basic."""
    by_body = deployed.ask(deployed.client, "simple_store", client_secret="wrong")
    form = {"grant_type": "client_credentials"}
    by_basic = deployed.http.post(
        f"{deployed.url}/connect/token",
        data=form,
        auth=(deployed.client.id, "wrong"),
        timeout=SECONDS,
    )
    for answer in (by_body, by_basic):
        assert (answer.status_code, answer.text) == (400, '{"error":"invalid_client"}')
        assert "www-authenticate" not in answer.headers


def test_simple_store_introspects_and_revokes(deployed: Deployed) -> None:
    """The /connect endpoints tell of a token and end it, for clients that never leave them."""
    token = deployed.issue(deployed.client, "simple_store")
    fields = {"token": token, **deployed.client.fields}
    assert deployed.post("/connect/introspect", fields).json()["active"] is True
    ended = deployed.post("/connect/revocation", fields)
    assert (ended.status_code, ended.text) == (200, "")
    assert deployed.post("/connect/introspect", fields).json() == {"active": False}


def test_flat_and_data_readers_of_elastic_path(deployed: Deployed) -> None:
    """A reader of the flat body and a reader of `data` both find the whole token."""
    answer = deployed.ask(deployed.client, "elastic_path")
    flat = answer.json()
    data: dict[str, Any] = flat.pop("data")
    assert data == flat
    assert list(flat) == ["access_token", "token_type", "expires_in", "expires", "identifier"]
    assert (flat["token_type"], flat["identifier"]) == ("Bearer", "client_credentials")
    assert (type(flat["expires"]), flat["expires_in"]) == (int, 3600)
    assert abs(flat["expires"] - time.time() - 3600) < 30
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert deployed.doors(flat["access_token"]) == OPEN


def test_elastic_path_s_own_curl_samples_work(deployed: Deployed) -> None:
    """A form under a JSON content type, JSON under a form one, and any field order are read."""
    form = f"client_secret={deployed.client.secret}&grant_type=client_credentials"
    form += f"&client_id={deployed.client.id}"
    in_json = (
        f'{{"grant_type": "client_credentials", "client_id": "{deployed.client.id}",'
        f' "client_secret": "{deployed.client.secret}"}}'
    )
    json_type, form_type = "application/json", "application/x-www-form-urlencoded"
    for body in (form, in_json):
        for content_type in (json_type, form_type, "text/plain"):
            answer = deployed.http.post(
                f"{deployed.url}/oauth/access_token",
                data=body,
                headers={"content-type": content_type},
                timeout=SECONDS,
            )
            assert answer.status_code == 200, (content_type, answer.text)
