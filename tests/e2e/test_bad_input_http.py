"""The issue's list of bad input, over real HTTP, at every endpoint that reads a body.

What each dialect says is a table in `endpoints.py`; the requests are the same for all of them.
"""

import pytest

from tests.e2e.deployed import Party
from tests.e2e.endpoints import BAD, FORM, OK, Caller, Endpoint, at_every_endpoint, told_as
from tests.e2e.raw import Answer, send
from tests.e2e.refusals import ELASTIC_PATH

MEGABYTE = 2**20


@at_every_endpoint
def test_good_input_is_good(caller: Caller, endpoint: Endpoint) -> None:
    """The request that all the others spoil is answered, unknown fields and all."""
    good = caller.form(endpoint)
    told_as(endpoint, OK, caller.post(endpoint, good, FORM))
    told_as(endpoint, OK, caller.post(endpoint, good + "&unknown=x&other=y&&=", FORM))


@at_every_endpoint
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "BREW"])
def test_wrong_method(caller: Caller, endpoint: Endpoint, method: str) -> None:
    """Any method but POST is refused by the dialect, which names those that it takes."""
    body = caller.form(endpoint).encode()
    answer = send(caller.base_url, method, endpoint.path, [FORM], body)
    told_as(endpoint, endpoint.method, answer)
    assert answer.headers["allow"].startswith("POST")


@at_every_endpoint
@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        ";;=",
        b"\xff\xfe",
        "x" * 2000,
        "application/x-www-form-urlencoded, application/x-www-form-urlencoded",
    ],
)
def test_wrong_or_missing_content_type(
    caller: Caller, endpoint: Endpoint, value: str | bytes | None
) -> None:
    """A form must be called one, except by Elastic Path's clients, who call it anything."""
    headers = [] if value is None else [("content-type", value)]
    told_as(endpoint, endpoint.media, caller.post(endpoint, caller.form(endpoint), *headers))


@at_every_endpoint
def test_parameters_and_case_of_the_content_type(caller: Caller, endpoint: Endpoint) -> None:
    """Media types compare without case, and a charset changes nothing."""
    form = ("content-type", "Application/X-WWW-Form-URLEncoded; Charset=UTF-8")
    told_as(endpoint, OK, caller.post(endpoint, caller.form(endpoint), form))


@at_every_endpoint
def test_empty_body(caller: Caller, endpoint: Endpoint) -> None:
    """Nothing at all is nobody; credentials in the query string are not read."""
    told_as(endpoint, endpoint.nobody, caller.post(endpoint, b"", FORM))
    path = f"{endpoint.path}?{caller.form(endpoint)}"
    told_as(endpoint, endpoint.nobody, send(caller.base_url, "POST", path, [FORM], b""))


@at_every_endpoint
def test_one_megabyte(caller: Caller, endpoint: Endpoint) -> None:
    """A body beyond any client's is refused, whatever is in it."""
    good = caller.form(endpoint).encode()
    for body in (good + b"&x=" + b"a" * MEGABYTE, b"&" * MEGABYTE, b"\xff" * MEGABYTE):
        told_as(endpoint, endpoint.large, caller.post(endpoint, body, FORM))


@at_every_endpoint
@pytest.mark.parametrize(
    "spoiler",
    [b"\xff\xfe", b"%FF", b"%C3", b"\xed\xa0\x80", b"\0", b"%00", b"%", b"%4", b"%ZZ", b"%u0041"],
)
def test_undecodable_text(caller: Caller, endpoint: Endpoint, spoiler: bytes) -> None:
    """Invalid UTF-8, NUL and broken percent-encoding are refused in names and in values."""
    good = caller.form(endpoint).encode()
    for spoilt in (b"&x=" + spoiler, b"&" + spoiler + b"=x"):
        told_as(endpoint, endpoint.unreadable, caller.post(endpoint, good + spoilt, FORM))


@at_every_endpoint
def test_repeated_fields(caller: Caller, endpoint: Endpoint) -> None:
    """SimpleStore takes the first value, as IdentityServer does; the others refuse to choose."""
    good = caller.form(endpoint)
    for name in ("client_id", "client_secret", endpoint.own.partition("=")[0]):
        answer = caller.post(endpoint, f"{good}&{name}=other", FORM)
        told_as(endpoint, endpoint.repeated, answer)
    if endpoint.repeated == OK:
        told_as(endpoint, endpoint.client, caller.post(endpoint, f"client_id=other&{good}", FORM))


@at_every_endpoint
def test_empty_values(caller: Caller, endpoint: Endpoint) -> None:
    """An empty value counts as no value (RFC 6749 section 3.2)."""
    own, party = endpoint.own, caller.party
    name = own.partition("=")[0]
    credentials = f"client_id={party.id}&client_secret={party.secret}"
    for body, told in (
        (f"{own}&client_id=&client_secret=x", endpoint.nobody),
        (f"{own}&client_id={party.id}&client_secret=", endpoint.client),
        (f"{name}=&{credentials}", endpoint.own_missing),
        (f"{name}&{credentials}", endpoint.own_missing),
        (credentials, endpoint.own_missing),
    ):
        told_as(endpoint, told, caller.post(endpoint, body, FORM))


@at_every_endpoint
def test_over_long_credentials(caller: Caller, endpoint: Endpoint) -> None:
    """Ids and secrets beyond IdentityServer's 100 characters are nobody's."""
    told = BAD if endpoint.dialect == ELASTIC_PATH else endpoint.client
    for body in (
        f"{endpoint.own}&client_id={'a' * 101}&client_secret=x",
        f"{endpoint.own}&client_id={caller.party.id}&client_secret={'x' * 5000}",
    ):
        told_as(endpoint, told, caller.post(endpoint, body, FORM))


@at_every_endpoint
def test_a_refused_client_never_learns_why(
    caller: Caller, endpoint: Endpoint, disabled_client: Party
) -> None:
    """Unknown id, wrong secret, no secret and a disabled client get the very same answer."""
    answers = [
        caller.post(endpoint, f"{endpoint.own}&{who}", FORM)
        for who in (
            f"client_id=no-such-client{endpoint.path.replace('/', '-')}&client_secret=wrong",
            f"client_id={caller.party.id}&client_secret=wrong",
            f"client_id={caller.party.id}",
            f"client_id={disabled_client.id}&client_secret={disabled_client.secret}",
        )
    ]
    for answer in answers:
        told_as(endpoint, endpoint.client, answer)
        assert answer.text == answers[0].text
        assert steady(answer) == steady(answers[0])
    # A success makes the failures forgotten: without it, the next would be too many.
    told_as(endpoint, OK, caller.post(endpoint, caller.form(endpoint), FORM))


def steady(answer: Answer) -> dict[str, str]:
    """The headers that do not change from call to call."""
    return {k: v for k, v in answer.headers.items() if k not in {"date", "apigw-requestid"}}
