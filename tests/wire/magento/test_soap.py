"""SOAP calls and faults, and bad SOAP.

Numbers are sections of docs/platforms/magento.md.
"""

import pytest
from token_service.domain.limits import LIMITS
from token_service.domain.owners import OwnerKind
from token_service.wire.http import Response

from tests.wire.magento.envelopes import (
    ADMINS,
    CONTENT_TYPES,
    CREATE_ADMIN,
    CREATE_CUSTOMER,
    CUSTOMERS,
    PATH,
    QUERY,
    REVOKE,
    SOAP_11,
    SOAP_12,
    Fault,
    envelope,
    fault_of,
    fields,
    result_of,
)
from tests.wire.magento.test_bad_xml import HARMFUL
from tests.wire.magento.world import (
    ADMIN,
    ADMIN_PASSWORD,
    CUSTOMER,
    CUSTOMER_PASSWORD,
    DENIED,
    REQUIRED,
    SEVERAL,
    SIGN_IN,
    World,
)

AS_ADMIN = fields(username=ADMIN, password=ADMIN_PASSWORD)
AS_CUSTOMER = fields(username=CUSTOMER, password=CUSTOMER_PASSWORD)
SENDER = {SOAP_12: "env:Sender", SOAP_11: "env:Client"}
versions = pytest.mark.parametrize("version", [SOAP_12, SOAP_11], ids=["SOAP 1.2", "SOAP 1.1"])
REQUEST = f"{CREATE_CUSTOMER}Request"


def call(
    world: World,
    body: str | bytes,
    *,
    query: str = QUERY,
    path: str = PATH,
    token: str | None = None,
) -> Response:
    """POST an envelope."""
    return world.send("POST", path, body, query=query, token=token)


@versions
@pytest.mark.parametrize(
    ("operation", "children", "kind"),
    [(CREATE_ADMIN, AS_ADMIN, "admin"), (CREATE_CUSTOMER, AS_CUSTOMER, "customer")],
)
def test_logging_in(world: World, version: str, operation: str, children: str, kind: str) -> None:
    """3.1 and 3.3: a token in <result>, in the version of SOAP that was spoken."""
    answer = call(world, envelope(operation, children, version=version))
    active = world.service.validator.validate(result_of(answer, operation, version))
    assert active is not None
    assert active.record.owner.kind == kind


@versions
@pytest.mark.parametrize("customer_id", ["0", "7", ""])
def test_revoking(world: World, version: str, customer_id: str) -> None:
    """3.1: the id in the call is overruled by the token, whose customer loses all tokens."""
    tokens = [world.customer_token(), world.customer_token()]
    body = envelope(REVOKE, fields(customerId=customer_id), version=version)
    assert result_of(call(world, body, token=tokens[0]), REVOKE, version) == "true"
    assert [world.service.validator.validate(token) for token in tokens] == [None, None]


@versions
def test_revoking_as_a_guest_or_an_admin(world: World, version: str) -> None:
    """6.2 and 6.3: only customers are `self`; the fault names it as the resource."""
    body = envelope(REVOKE, fields(customerId="0"), version=version)
    for token in (None, world.admin_token(), "nonsense"):
        fault = fault_of(call(world, body, token=token), version)
        assert fault == Fault(SENDER[version], DENIED, {"resources": "self"}, [])


@pytest.mark.parametrize(
    "namespace",
    ["http://magento.ll/soap/default?services=integrationAdminTokenServiceV1", "urn:x", "a b"],
)
def test_the_namespace_is_not_looked_at(world: World, namespace: str) -> None:
    """3.2: it varies with host, store and services, so operations are matched by local name."""
    body = envelope(CREATE_ADMIN, AS_ADMIN, namespace=namespace)
    assert result_of(call(world, body), CREATE_ADMIN)
    qualified = AS_ADMIN.replace("<", "<ns1:").replace("<ns1:/", "</ns1:")
    assert result_of(call(world, envelope(CREATE_ADMIN, qualified)), CREATE_ADMIN)


@pytest.mark.parametrize("path", ["/soap/default", "/soap/all", "/soap/french", "/soap/"])
@pytest.mark.parametrize(
    "query", [f"services={ADMINS}", f"services={CUSTOMERS}%2C{ADMINS}", f"wsdl=1&services={ADMINS}"]
)
def test_url_forms(world: World, path: str, query: str) -> None:
    """3.2: any store or none, one service or several, in any order."""
    answer = call(world, envelope(CREATE_ADMIN, AS_ADMIN), path=path, query=query)
    assert "<result>" in answer.body


def test_headers_and_more_in_an_envelope(world: World) -> None:
    """3.3: a SOAP header, comments and unknown children are passed over."""
    body = envelope(CREATE_ADMIN, AS_ADMIN + "<otp>1</otp><!-- x -->").replace(
        "<env:Body>", "<env:Header><a><b/></a></env:Header><env:Body>"
    )
    assert result_of(call(world, body), CREATE_ADMIN)


@versions
@pytest.mark.parametrize(
    ("children", "fault"),
    {
        "3.4 bad credentials": (fields(username="a", password="b"), (SIGN_IN, {}, [])),
        "3.4 one missing": (fields(username="a"), (REQUIRED, {"fieldName": "password"}, [])),
        "3.4 one empty": (
            fields(username="", password="b"),
            (REQUIRED, {"fieldName": "username"}, []),
        ),
        "3.4 both missing": (
            "",
            (
                SEVERAL,
                {},
                [(REQUIRED, {"fieldName": "username"}), (REQUIRED, {"fieldName": "password"})],
            ),
        ),
    }.values(),
)
def test_faults(
    world: World,
    version: str,
    children: str,
    fault: tuple[str, dict[str, str], list[tuple[str, dict[str, str]]]],
) -> None:
    """3.4: the sender's fault with status 200, placeholders as they are, what fills them beside."""
    answer = call(world, envelope(CREATE_ADMIN, children, version=version))
    assert answer.status == 200
    assert answer.headers["content-type"] == CONTENT_TYPES[version]
    assert answer.headers["cache-control"] == "no-store"
    assert fault_of(answer, version) == Fault(SENDER[version], *fault)
    assert ("Detail" in answer.body or "<detail>" in answer.body) is (fault[0] != SIGN_IN)


@pytest.mark.parametrize("body", HARMFUL.values(), ids=HARMFUL)
def test_xml_that_cannot_be_read(world: World, body: str | bytes) -> None:
    """3.4: `Invalid XML` as the receiver's fault; a DOCTYPE is named."""
    fault = fault_of(call(world, body))
    too_large = len(body if isinstance(body, bytes) else body.encode()) > LIMITS.body
    if too_large:
        assert (fault.code, fault.reason) == ("env:Sender", "Decoding error.")
    elif isinstance(body, str) and body.startswith("<!DOCTYPE"):
        assert fault.reason == "Invalid XML: Detected use of illegal DOCTYPE"
    else:
        assert (fault.code, fault.reason) == ("env:Receiver", "Invalid XML")


@pytest.mark.parametrize(
    "body",
    {
        "nothing": "",
        "the wrong namespace": envelope(CREATE_ADMIN, AS_ADMIN, version="urn:soap"),
        "no namespace": "<Envelope><Body/></Envelope>",
        "no envelope": f"<{REQUEST}>{AS_CUSTOMER}</{REQUEST}>",
        "no body": f'<e:Envelope xmlns:e="{SOAP_12}"/>',
        "an empty body": f'<e:Envelope xmlns:e="{SOAP_12}"><e:Body/></e:Envelope>',
        "two bodies": f'<e:Envelope xmlns:e="{SOAP_12}"><e:Body><{REQUEST}/></e:Body>'
        f"<e:Body><{REQUEST}/></e:Body></e:Envelope>",
        "two calls": f'<e:Envelope xmlns:e="{SOAP_12}"><e:Body><{REQUEST}/><{REQUEST}/></e:Body>'
        "</e:Envelope>",
        "a body of the other version": f'<e:Envelope xmlns:e="{SOAP_12}" xmlns:f="{SOAP_11}">'
        f"<f:Body><{REQUEST}>{AS_CUSTOMER}</{REQUEST}></f:Body></e:Envelope>",
        "a field twice": envelope(CREATE_ADMIN, AS_ADMIN + fields(username="a")),
        "a field with children": envelope(CREATE_ADMIN, "<username><a/></username>"),
        "JSON": "{}",
    }.values(),
)
def test_what_is_no_call(world: World, body: str) -> None:
    """The issue: wrong namespace, no body, two bodies: `Invalid XML`, and nobody is logged in."""
    fault = fault_of(call(world, body))
    assert (fault.code, fault.reason) == ("env:Receiver", "Invalid XML")
    assert not world.service.tokens.records


@versions
@pytest.mark.parametrize(
    ("operation", "services"),
    [
        ("integrationAdminTokenServiceV1Nothing", ADMINS),
        (CREATE_CUSTOMER, ADMINS),
        (CREATE_ADMIN, CUSTOMERS),
        ("", ADMINS),
    ],
)
def test_unknown_operations(world: World, version: str, operation: str, services: str) -> None:
    """The issue: an operation that the services do not have is the sender's fault, by name."""
    body = envelope(operation, AS_ADMIN, version=version)
    fault = fault_of(call(world, body, query=f"services={services}"), version)
    assert fault.code == SENDER[version]
    assert f"{operation}Request" in fault.reason


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", "Incorrect format of request URI or Requested services are missing."),
        ("services=", "Incorrect format of request URI or Requested services are missing."),
        ("services=a,,b", "Incorrect format of request URI or Requested services are missing."),
        ("services=aV1,", "Incorrect format of request URI or Requested services are missing."),
        ("services=../x", "Incorrect format of request URI or Requested services are missing."),
        ("services=storeWebsitesV1", "Requested services are not available: storeWebsitesV1"),
    ],
)
def test_services_must_be_named(world: World, query: str, reason: str) -> None:
    """3.2: the list of services is mandatory on calls too, and must be one that there is."""
    fault = fault_of(call(world, envelope(CREATE_ADMIN, AS_ADMIN), query=query))
    assert (fault.code, fault.reason) == ("env:Sender", reason)


def test_a_version_is_told_by_its_envelope(world: World) -> None:
    """A 1.2 call that mentions 1.1's namespace is answered in 1.2, also when it is refused."""
    body = envelope(CREATE_ADMIN, fields(username=SOAP_11, password="x"))
    assert fault_of(call(world, body), SOAP_12).reason == SIGN_IN


@pytest.mark.parametrize("body", ["", "<", "<a/>", "x" * (LIMITS.body + 1)])
def test_without_an_envelope_the_media_type_tells(world: World, body: str) -> None:
    """A client of SOAP 1.1 sends text/xml and gets faults of its own, also for what is no XML."""
    answer = world.post(PATH, body, "text/xml; charset=utf-8", query=QUERY)
    assert answer.headers["content-type"] == CONTENT_TYPES[SOAP_11]
    assert fault_of(answer, SOAP_11).code in {"env:Server", "env:Client"}
    answer = world.post(PATH, body, "application/soap+xml", query=QUERY)
    assert fault_of(answer, SOAP_12).code in {"env:Receiver", "env:Sender"}


def test_the_lock_and_the_count_are_shared_with_rest(world: World) -> None:
    """1.7 counts names, not doors: six bad calls lock the REST route too."""
    bad = envelope(CREATE_CUSTOMER, fields(username=CUSTOMER.upper(), password="x"))
    for _ in range(6):
        assert fault_of(call(world, bad)).reason == SIGN_IN
    assert world.log_in().status == 401
    world.accounts.unlock(OwnerKind.CUSTOMER, CUSTOMER)
    assert world.log_in().status == 200


def test_a_result_is_text(world: World) -> None:
    """What is written into an envelope cannot become part of it."""
    fault = fault_of(call(world, envelope("<a/>", "").replace("<ns1:<a/>Request>", "<ns1:a>")))
    assert fault.reason == "Invalid XML"
    evil = call(world, envelope(CREATE_ADMIN, AS_ADMIN), query="services=a'%3E%3Cevil/%3E")
    assert fault_of(evil).code == "env:Sender"
    assert "<evil" not in evil.body
