"""Success and error bodies to the byte, and which format a client gets.

Numbers are sections of docs/platforms/magento.md.
"""

import json

import pytest
from token_service.domain.grants import TokenFormat
from token_service.domain.login import LoginSettings
from token_service.wire.magento.formats import Format, written

from tests.service import Service
from tests.wire.magento.world import CUSTOMER_TOKEN, DENIED, REVOKE, SIGN_IN, World, token_of, told

XHTML = "application/xhtml+xml"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"
NEGOTIATION = {
    "1.4 none": ("", "json"),
    "1.4 anything": ("*/*", "json"),
    "1.4 JSON": ("application/json", "json"),
    "1.4 XML": ("application/xml", "xml"),
    "1.4 text/xml": ("text/xml", "xml"),
    "1.4 XHTML": (XHTML, "xml"),
    "1.4 any application": ("application/*", "json"),
    "1.4 any text": ("text/*", "xml"),
    "1.4 no valid type": ("nonsense", "json"),
    "1.4 empty entries": (", ,", "json"),
    "1.4 capitals": ("Application/XML", "xml"),
    "1.4 a browser": (BROWSER, "xml"),
    "1.4 ties go by order, JSON first": ("application/json, application/xml", "json"),
    "1.4 ties go by order, XML first": ("application/xml, application/json", "xml"),
    "1.4 ties with q": ("text/xml;q=0.5, application/json;q=0.5", "xml"),
    "1.4 higher q wins": ("application/xml;q=0.4, application/json;q=0.6", "json"),
    "1.4 no q is 1.0": ("application/json;q=0.9, application/xml", "xml"),
    "1.4 q as text: 1 is less than 1.0": ("application/xml;q=1, application/json", "json"),
    "1.4 q as text: 0.10 is less than 0.9": (
        "application/xml;q=0.10, application/json;q=0.9",
        "json",
    ),
    "1.4 q as text: 1.000 is more than 1.0": ("application/json, text/xml;q=1.000", "xml"),
    "1.4 spaces around": ("  application/xml ; q=0.3 ", "xml"),
    "1.4 what is unknown is passed over": ("text/plain, application/xml;q=0.1", "xml"),
    "1.4 with another parameter": ("application/xml; charset=utf-8", "xml"),
}
NOT_ACCEPTABLE = (
    "Server cannot match any of the given Accept HTTP header media type(s) from the request: "
    '"{}" with media types from the config of response renderer.'
)
ONE_FIELD = """<?xml version="1.0"?>
<response>
  <message>"%fieldName" is required. Enter and try again.</message>
  <parameters>
    <fieldName>password</fieldName>
  </parameters>
</response>
"""
TWO_FIELDS = """<?xml version="1.0"?>
<response>
  <message>One or more input exceptions have occurred.</message>
  <errors>
    <item>
      <message>"%fieldName" is required. Enter and try again.</message>
      <parameters>
        <fieldName>username</fieldName>
      </parameters>
    </item>
    <item>
      <message>"%fieldName" is required. Enter and try again.</message>
      <parameters>
        <fieldName>password</fieldName>
      </parameters>
    </item>
  </errors>
</response>
"""
NOT_SELF = """<?xml version="1.0"?>
<response>
  <message>The consumer isn't authorized to access %resources.</message>
  <parameters>
    <resources>self</resources>
  </parameters>
</response>
"""


@pytest.fixture
def opaque() -> World:
    """A deployment whose people get Magento's 32 characters."""
    return World(Service(login_settings=LoginSettings(form=TokenFormat.BASE36)))


def test_json_success_is_a_bare_string(opaque: World) -> None:
    """1.3: a JSON string with its quotes, no object, no newline; status 200 and a charset."""
    answer = opaque.log_in()
    token = json.loads(answer.body)
    assert (answer.status, answer.body) == (200, f'"{token}"')
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


def test_xml_success_is_pretty_printed(world: World) -> None:
    """1.3: a declaration without an encoding, the token in the root, a newline at the end."""
    answer = world.post(CUSTOMER_TOKEN, _login(), accept="text/xml")
    token = answer.body.removeprefix('<?xml version="1.0"?>\n<response>').removesuffix(
        "</response>\n"
    )
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    assert answer.body == f'<?xml version="1.0"?>\n<response>{token}</response>\n'
    assert world.service.validator.validate(token)


@pytest.mark.parametrize(
    ("accept", "body"),
    [("*/*", "true"), ("application/xml", '<?xml version="1.0"?>\n<response>true</response>\n')],
)
def test_revoking_says_true(world: World, accept: str, body: str) -> None:
    """1.3: a bare JSON true, or true in the root."""
    answer = world.send("POST", REVOKE, token=world.customer_token(), accept=accept)
    assert (answer.status, answer.body) == (200, body)


def test_the_request_s_type_does_not_choose_the_answer_s(world: World) -> None:
    """1.3: an XML request with curl's Accept gets JSON, a JSON request may get XML."""
    login = json.loads(_login())
    body = (
        f"<a><username>{login['username']}</username><password>{login['password']}</password></a>"
    )
    assert token_of(world.post(CUSTOMER_TOKEN, body, "application/xml", accept="*/*"))
    assert token_of(world.post(CUSTOMER_TOKEN, body, "application/xml"))


@pytest.mark.parametrize(("accept", "form"), NEGOTIATION.values(), ids=NEGOTIATION)
def test_negotiation(world: World, accept: str, form: str) -> None:
    """1.4: sorted by q as text, then by order; the first that can be written wins."""
    for body, status in ((_login(), 200), ("{}", 400)):
        answer = world.post(CUSTOMER_TOKEN, body, accept=accept)
        assert answer.status == status
        assert answer.headers["content-type"] == f"application/{form}; charset=utf-8"
        assert answer.body.startswith("<?xml") is (form == "xml")


@pytest.mark.parametrize(
    ("accept", "types"),
    [
        ("text/plain", "text/plain"),
        ("image/png, text/html;q=0.5", "image/png, text/html"),
        ("application/soap+xml;q=0", "application/soap+xml"),
        ("*/json", "*/json"),
    ],
)
@pytest.mark.parametrize("path", [CUSTOMER_TOKEN, REVOKE, "/rest/V1/nowhere"])
def test_nothing_acceptable(world: World, accept: str, types: str, path: str) -> None:
    """1.4 and 2.3: 406 in the shape of fatal errors, and nothing has been made."""
    answer = world.post(path, _login(), accept=accept)
    message = NOT_ACCEPTABLE.format(types)
    assert answer.status == 406
    if "xml" in accept:
        assert answer.headers["content-type"] == "application/xml; charset=UTF-8"
        assert answer.body == (
            '<?xml version="1.0"?><error><messages><error><data_item><code>406</code>'
            f"<message><![CDATA[{message}]]></message></data_item></error></messages></error>"
        )
    else:
        assert answer.headers["content-type"] == "application/json; charset=UTF-8"
        assert json.loads(answer.body) == {
            "messages": {"error": [{"code": 406, "message": message}]}
        }
    assert not world.service.tokens.records
    assert not world.service.failures.by_key


def test_a_fatal_message_cannot_end_its_own_section(world: World) -> None:
    """2.3: what the client sent is in a CDATA section, and stays there."""
    answer = world.post(CUSTOMER_TOKEN, _login(), accept="a/xml]]>")
    assert answer.status == 406
    assert answer.body.count("]]>") == 1


@pytest.mark.parametrize(
    ("path", "body", "xml"),
    [
        (CUSTOMER_TOKEN, '{"username":"a"}', ONE_FIELD),
        (CUSTOMER_TOKEN, "{}", TWO_FIELDS),
        (REVOKE, "", NOT_SELF),
    ],
)
def test_xml_errors_to_the_byte(world: World, path: str, body: str, xml: str) -> None:
    """2.2: the JSON tree below <response>, list entries as <item>, two spaces a level."""
    assert world.post(path, body, accept="application/xml").body == xml


def test_json_errors_have_only_what_they_need(world: World) -> None:
    """2.1: message first; errors for two or more, parameters where there are any, nothing else."""
    refused = world.log_in(password="wrong")
    assert json.loads(refused.body) == {"message": SIGN_IN}
    several = world.post(CUSTOMER_TOKEN, "{}")
    assert list(json.loads(several.body)) == ["message", "errors"]
    denied = world.send("POST", REVOKE)
    assert list(json.loads(denied.body).items()) == [
        ("message", DENIED),
        ("parameters", {"resources": "self"}),
    ]


@pytest.mark.parametrize(
    ("value", "xml"),
    [
        ("a<b&c>", "<response>a&lt;b&amp;c&gt;</response>\n"),
        (True, "<response>true</response>\n"),
        (False, "<response>false</response>\n"),
        (7, "<response>7</response>\n"),
        (["a", "b"], "<response>\n  <item>a</item>\n  <item>b</item>\n</response>\n"),
        ({"a": {"b": "c"}}, "<response>\n  <a>\n    <b>c</b>\n  </a>\n</response>\n"),
    ],
)
def test_values_as_xml(value: object, xml: str) -> None:
    """2.2: text is escaped, booleans are words, lists are items."""
    assert written(value, Format.XML) == f'<?xml version="1.0"?>\n{xml}'


def test_placeholders_are_left_to_the_client(world: World) -> None:
    """1.5: %fieldName stays as it is, because clients substitute it themselves."""
    assert "%fieldName" in world.post(CUSTOMER_TOKEN, "{}", accept="text/xml").body
    assert told(world.send("POST", REVOKE))[1]["message"].endswith("%resources.")


def _login() -> str:
    return json.dumps({"username": "roni_cost@example.com", "password": "customer-password-1"})
