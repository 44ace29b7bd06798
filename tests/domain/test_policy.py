"""The policy document: what is refused as broken, and what each caller may do where."""

import unicodedata
from typing import Any

import pytest
from token_service.domain.grants import Access, Grant
from token_service.domain.owners import ALL_RESOURCES, OwnerKind
from token_service.domain.policy import (
    Caller,
    Decision,
    Policy,
    Refusal,
    Verdict,
    is_plain,
    judge,
)
from token_service.domain.policy_order import PolicyError, compose
from token_service.wire.policy_document import read_routes


def line(path: Any = "/a", read: Any = "read_only", write: Any = "full", **more: Any) -> Any:  # noqa: ANN401 - JSON
    """One route of a document."""
    return {"path": path, "read": read, "write": write, **more}


def parse(*lines: Any) -> Policy:  # noqa: ANN401 - JSON
    """A document of these routes."""
    return compose(read_routes({"routes": list(lines)}, "document"))


ANY, READ, FULL, SELF, A, B = "anonymous", "read_only", "full", "self", "M_A::a", "M_B::b"
OPEN = {"read": ANY, "write": ANY}
SHUT = {"read": FULL, "write": FULL}


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({}, "routes"),
        ({"routes": []}, "routes"),
        ({"routes": {}}, "routes"),
        ({"routes": None}, "routes"),
        ({"routes": ["/a"]}, r"routes\[0\]"),
        ({"routes": [line(), None]}, r"routes\[1\]"),
        ({"routes": [{"path": "/a", "read": READ}]}, r"routes\[0\].*write"),
        ({"routes": [{"path": "/a", "write": READ}]}, r"routes\[0\].*read"),
        ({"routes": [{"read": READ, "write": READ}]}, r"routes\[0\]\.path"),
        ({"routes": [line(), line("/b", readd=READ)]}, r"routes\[1\].*readd"),
        *(
            ({"routes": [line(**{name: word})]}, rf"routes\[0\]\.{name}")
            for name in ("read", "write")
            for word in (
                "some",
                "",
                None,
                [],
                [["full"]],
                ["full", "some"],
                "Full",
                "A:a",
                "A::",
                "::a",
                "A::b::c",
                "A::b ",
            )
        ),
        ({"routes": [line(read=["full", "A:b"])]}, r"document: routes\[0\]\.read\[1\]: "),
        ({"routes": [line()], "route": []}, "document: unknown member route"),
        ([line()], "document: an object"),
        ({"routes": [line(refusal="nobody")]}, r"routes\[0\].*nobody"),
        ({"routes": [line(refusal=None)]}, r"routes\[0\]"),
    ],
)
def test_a_broken_document_names_the_place(document: object, place: str) -> None:
    """An operator learns which route and which member it is."""
    with pytest.raises(PolicyError, match=place):
        read_routes(document, "document")


def test_all_mistakes_of_a_document_are_told_at_once() -> None:
    """One line each, with the document, the place and the reason."""
    document = {"routes": [line("a", write=[]), {"path": "/b", "read": [READ, 1], "more": 1}, 7]}
    with pytest.raises(PolicyError) as told:
        read_routes(document, "shop")
    needed = "one of anonymous, self, customer, account, read_only, full, client, nobody"
    assert str(told.value).splitlines() == [
        "shop: routes[0].path: a plain path from /, exact, with {name}, or ending in /*, is needed",
        "shop: routes[0].write: a word, or a list with at least one, is needed",
        f"shop: routes[1].read[1]: {needed}, or a resource like A::b, is needed",
        f"shop: routes[1].write: {needed}, or a resource like A::b, is needed",
        "shop: routes[1]: unknown member more",
        "shop: routes[2]: an object is needed",
    ]


@pytest.mark.parametrize("name", ["one word", "several words", "route", ""])
def test_any_unknown_member_is_named(name: str) -> None:
    """Whatever it is called."""
    with pytest.raises(PolicyError) as told:
        read_routes({"routes": [line(), line("/b") | {name: 1}], name: 1}, "shop")
    assert str(told.value).splitlines() == [
        f"shop: routes[1]: unknown member {name}",
        f"shop: unknown member {name}",
    ]


@pytest.mark.parametrize(
    "path",
    [
        *("", "a", "a/*", "*", "/*/b", "/a*", "/a/*/*", "/a/**", "/a/*b", 1, None, ["/a"]),
        # What decide() could never match, or IAM would read as a wildcard or a variable:
        *("/a/../b", "/./a", "//a", "/a//*", "/%2e%2e/a", "/a%2Fb", "/a\\b", "/a?", "/?/*"),
        "/${aws:x}",
        # A name is a whole segment and has letters:
        *("/{}", "/{a-b}", "/a{b}", "/{b}c", "/{a}{b}", "/{a", "/a}", "/{a*}", "/{a/b}"),
    ],
)
def test_a_path_is_plain_exact_or_a_prefix(path: object) -> None:
    """Anything that could be understood in two ways is refused."""
    with pytest.raises(PolicyError, match=r"routes\[0\]\.path"):
        parse(line(path))


def test_no_control_character_is_plain() -> None:
    """Whatever Unicode counts among them, in the middle of a path or at its end."""
    controls = [c for c in map(chr, range(0x3000)) if unicodedata.category(c) == "Cc"]
    assert len(controls) == 65
    assert not any(is_plain(f"/a{c}b") or is_plain(f"/a/b{c}") for c in controls)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/a", "/a"),
        ("/a/*", "/a/b"),
        ("/a/*", "/a/b/*"),
        ("/a/*", "/a/*"),
        ("/*", "/x"),
        ("/*", "/"),
        ("/{x}", "/a"),
        ("/{x}", "/{y}"),
        ("/a/{x}/c", "/a/b/c"),
        ("/{x}/*", "/a/*"),
        ("/a/*", "/a/{x}"),
    ],
)
def test_a_route_that_is_never_reached_is_a_mistake(first: str, second: str) -> None:
    """The wider route must come last."""
    with pytest.raises(PolicyError, match=r"routes\[1\]: never reached, .*routes\[0\]"):
        parse(line(first), line(second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *[("/a", "/a/*"), ("/a/b", "/a/*"), ("/ab", "/a/*")],
        *[("/a", "/{x}"), ("/a/{x}", "/a/*"), ("/a/{x}/c", "/a/b/*"), ("/", "/{x}")],
        *[("/{x}/*", "/"), ("/{x}/b", "/{x}/*")],
    ],
)
def test_narrow_before_wide_is_right(first: str, second: str) -> None:
    """Exact paths, and prefixes within prefixes, come first."""
    assert len(parse(line(first), line(second), line("/*")).routes) == 3


@pytest.mark.parametrize("swapped", [False, True])
def test_allowing_within_refusing_within_allowing_is_refused(*, swapped: bool) -> None:
    """An IAM policy cannot say it: the Deny of the middle would beat the Allow inside."""
    inner, middle = line("/a/b/c", **OPEN), line("/a/b/*", **SHUT)
    lines = (middle, inner) if swapped else (inner, middle)
    with pytest.raises(PolicyError, match=r"routes\["):
        parse(*lines, line("/a/*", **OPEN))


@pytest.mark.parametrize(
    ("inner", "middle", "outer"),
    [
        *[(READ, FULL, READ), (SELF, FULL, SELF), (A, B, A), (A, SELF, READ), (A, FULL, B)],
        (A, B, "M_C::c"),
    ],
)
@pytest.mark.parametrize(
    "paths", [("/a/b/c", "/a/b/*", "/a/*"), ("/a/b/c", "/a/{x}/c", "/a/*"), ("/a", "/{x}", "/*")]
)
def test_it_is_refused_for_every_sort_of_caller(
    paths: tuple[str, str, str], inner: str, middle: str, outer: str
) -> None:
    """A client, a customer, an admin who holds just the resources of both ends."""
    words = zip(paths, (inner, middle, outer), strict=True)
    with pytest.raises(PolicyError, match=r"routes\[0\]: allows within .*routes\[1\]"):
        parse(*(line(path, word, FULL) for path, word in words))


def test_refusing_within_allowing_is_fine() -> None:
    """One level of exceptions can be said in both ways."""
    policy = parse(line("/a/b/*", **SHUT), line("/a/*", **OPEN))
    assert policy.decide(None, "GET", "/a/b/c").verdict is Verdict.UNAUTHENTICATED
    assert policy.decide(None, "GET", "/a/c").verdict is Verdict.ALLOWED


OK, WHO, LOW = Verdict.ALLOWED, Verdict.UNAUTHENTICATED, Verdict.INSUFFICIENT
ADMIN, INTEGRATION = OwnerKind.ADMIN, OwnerKind.INTEGRATION
RO, RW = Caller(OwnerKind.CLIENT, Access.READ_ONLY), Caller(OwnerKind.CLIENT, Access.FULL)
ALL = frozenset({ALL_RESOURCES})


@pytest.mark.parametrize(
    ("caller", "verdicts"),
    [
        #                                          anonymous, self, read_only, full, A, B
        (None, (OK, WHO, WHO, WHO, WHO, WHO)),
        (RO, (OK, LOW, OK, LOW, LOW, LOW)),
        (RW, (OK, LOW, OK, OK, LOW, LOW)),
        (Caller(OwnerKind.CUSTOMER, Access.FULL), (OK, OK, LOW, LOW, LOW, LOW)),
        (Caller(ADMIN, Access.FULL), (OK, LOW, LOW, LOW, LOW, LOW)),
        (Caller(ADMIN, Access.FULL, frozenset({A})), (OK, LOW, LOW, LOW, OK, LOW)),
        (Caller(ADMIN, Access.FULL, frozenset({A, B})), (OK, LOW, LOW, LOW, OK, OK)),
        (Caller(ADMIN, Access.FULL, ALL), (OK, LOW, OK, OK, OK, OK)),
        (Caller(INTEGRATION, Access.FULL), (OK, LOW, LOW, LOW, LOW, LOW)),
        (Caller(INTEGRATION, Access.FULL, frozenset({B})), (OK, LOW, LOW, LOW, LOW, OK)),
        (Caller(INTEGRATION, Access.FULL, ALL), (OK, LOW, OK, OK, OK, OK)),
    ],
)
def test_every_caller_against_every_requirement(
    caller: Caller | None, verdicts: tuple[Verdict, ...]
) -> None:
    """The whole table."""
    assert tuple(judge(caller, word) for word in (ANY, SELF, READ, FULL, A, B)) == verdicts


@pytest.mark.parametrize(
    ("caller", "verdict"),
    [
        (None, WHO),
        (Caller(OwnerKind.CLIENT, Access.FULL, grant=Grant.CLIENT_CREDENTIALS), OK),
        (Caller(OwnerKind.CLIENT, Access.READ_ONLY, grant=Grant.CLIENT_CREDENTIALS), LOW),
        (Caller(OwnerKind.CLIENT, Access.READ_ONLY, grant=Grant.IMPLICIT), LOW),
        (Caller(OwnerKind.CLIENT, Access.FULL, grant=Grant.IMPLICIT), LOW),
        (Caller(OwnerKind.CLIENT, Access.FULL), LOW),
        (Caller(OwnerKind.CUSTOMER, Access.FULL, grant=Grant.PASSWORD), LOW),
        (Caller(ADMIN, Access.FULL, ALL, grant=Grant.PASSWORD), LOW),
        (Caller(INTEGRATION, Access.FULL, ALL, grant=Grant.INTEGRATION), LOW),
    ],
)
def test_a_client_s_own_token_is_asked_for(caller: Caller | None, verdict: Verdict) -> None:
    """`client` is met by a full client_credentials token, and by nobody who holds all."""
    assert judge(caller, "client") is verdict


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_methods(method: str) -> None:
    """These change nothing (RFC 9110 section 9.2.1)."""
    assert parse(line("/a", A, B)).decide(None, method, "/a").required == A


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "", "get", "GET ", "*"]
)
def test_any_other_method_writes(method: str) -> None:
    """What is not known to be safe is taken to change things."""
    assert parse(line("/a", A, B)).decide(None, method, "/a").required == B


DOCUMENT = parse(
    line("/public/*", ANY, FULL),
    line("/admin/*", FULL, FULL, refusal="backend"),
    line("/v2/health", ANY, ANY, refusal="backend"),
    line("/v2/*", READ, FULL, refusal="backend"),
    line("/exact", READ, READ),
    line("/of/me", READ, READ),
    line("/of/{whom}", FULL, FULL, refusal="backend"),
    line("/of/{whom}/x/*", READ, READ),
)


@pytest.mark.parametrize(
    ("method", "path", "verdicts", "refusal"),
    [
        ("GET", "/public/x", (OK, OK, OK), "gateway"),
        ("POST", "/public/x", (WHO, LOW, OK), "gateway"),
        ("GET", "/admin/x", (WHO, LOW, OK), "backend"),
        ("GET", "/v2/health", (OK, OK, OK), "backend"),
        ("DELETE", "/v2/health", (OK, OK, OK), "backend"),
        ("GET", "/v2/products", (WHO, OK, OK), "backend"),
        ("HEAD", "/v2", (WHO, OK, OK), "backend"),
        ("POST", "/v2/products", (WHO, LOW, OK), "backend"),
        ("TRACE", "/v2/products", (WHO, LOW, OK), "backend"),
        ("POST", "/exact", (WHO, OK, OK), "gateway"),
        ("GET", "/of/me", (WHO, OK, OK), "gateway"),
        ("GET", "/of/you", (WHO, LOW, OK), "backend"),
        ("GET", "/of/me/x/y/z", (WHO, OK, OK), "gateway"),
        # A name stands for one segment, and not for none.
        ("GET", "/of/", (WHO, LOW, LOW), "gateway"),
        ("GET", "/of/you/", (WHO, LOW, OK), "backend"),
        ("GET", "/of/you/x", (WHO, OK, OK), "gateway"),
        ("GET", "/of/you/xy", (WHO, LOW, LOW), "gateway"),
        # A slash at the end makes no difference; `/v2/*` is about /v2, too.
        ("POST", "/exact/", (WHO, OK, OK), "gateway"),
        ("POST", "/v2", (WHO, LOW, OK), "backend"),
        # No route: refused to everybody, by the gateway.
        ("GET", "/V2/products", (WHO, LOW, LOW), "gateway"),
        ("GET", "/", (WHO, LOW, LOW), "gateway"),
        ("GET", "", (WHO, LOW, LOW), "gateway"),
    ],
)
def test_who_may_do_what_where(
    method: str, path: str, verdicts: tuple[Verdict, ...], refusal: str
) -> None:
    """The first route that fits decides for each kind of caller, and says who refuses."""
    for caller, verdict in zip((None, RO, RW), verdicts, strict=True):
        decision = DOCUMENT.decide(caller, method, path)
        assert (decision.verdict, decision.refusal) == (verdict, Refusal(refusal))


@pytest.mark.parametrize(
    "path",
    [
        "/public/../admin/x",
        "/public/..",
        "/public/./x",
        "/public//x",
        "//public/x",
        "public/x",
        "/public/%2e%2e/admin",
        "/public/%2E%2e/admin",
        "/public/.%2e/x",
        "/public/a%2fb",
        "/public/a%2Fb",
        "/public/a%5Cb",
        "/public/a\\b",
        "/public/%5c..%5cadmin",
        "/public/x/..",
        "/public/%20",
        "/%70ublic/x",
        "/public/%2561",
    ],
)
def test_a_path_that_could_mean_another_is_refused(path: str) -> None:
    """Dot segments, doubled and encoded slashes: no route covers them, not even for full access."""
    for caller in (None, RO, RW, Caller(ADMIN, Access.FULL, ALL)):
        verdict = LOW if caller else WHO
        assert DOCUMENT.decide(caller, "GET", path) == Decision(verdict, Refusal.GATEWAY, "")


@pytest.mark.parametrize(
    "path", ["/public/...", "/public/a.b", "/public/..a", "/public/a b", "/public/é", "/public/x/"]
)
def test_odd_but_plain_paths_are_judged_like_any_other(path: str) -> None:
    """Only what could mean another path is refused for its spelling."""
    assert DOCUMENT.decide(None, "GET", path).verdict is Verdict.ALLOWED
