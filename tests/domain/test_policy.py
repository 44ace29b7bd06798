"""The policy document: what is refused as broken, and what each caller may do where."""

from typing import Any

import pytest
from token_service.domain.model import Access
from token_service.domain.policy import (
    Policy,
    PolicyError,
    Refusal,
    Requirement,
    Verdict,
    is_write,
    judge,
)


def line(path: Any = "/a", read: Any = "read_only", write: Any = "full", **more: Any) -> Any:  # noqa: ANN401 - JSON
    """One route of a document."""
    return {"path": path, "read": read, "write": write, **more}


def parse(*lines: Any) -> Policy:  # noqa: ANN401 - JSON
    """A document of these routes."""
    return Policy.parse({"routes": list(lines)})


ANY, READ, FULL = "anonymous", "read_only", "full"
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
        ({"routes": [line(read="some")]}, r"routes\[0\].*some"),
        ({"routes": [line(write="")]}, r"routes\[0\]"),
        ({"routes": [line(read=None)]}, r"routes\[0\]"),
        ({"routes": [line(read=["full"])]}, r"routes\[0\]"),
        ({"routes": [line(refusal="nobody")]}, r"routes\[0\].*nobody"),
        ({"routes": [line(refusal=None)]}, r"routes\[0\]"),
    ],
)
def test_a_broken_document_names_the_place(document: dict[str, Any], place: str) -> None:
    """An operator learns which route and which member it is."""
    with pytest.raises(PolicyError, match=place):
        Policy.parse(document)


@pytest.mark.parametrize(
    "path",
    [
        *("", "a", "a/*", "*", "/*/b", "/a*", "/a/*/*", "/a/**", "/a/*b", 1, None, ["/a"]),
        # What decide() could never match, or IAM would read as a wildcard or a variable:
        *("/a/../b", "/./a", "//a", "/a//*", "/%2e%2e/a", "/a%2Fb", "/a\\b", "/a?", "/?/*"),
        "/${aws:x}",
    ],
)
def test_a_path_is_plain_exact_or_a_prefix(path: object) -> None:
    """Anything that could be understood in two ways is refused."""
    with pytest.raises(PolicyError, match=r"routes\[0\]\.path"):
        parse(line(path))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/a", "/a"),
        ("/a/*", "/a/b"),
        ("/a/*", "/a/b/*"),
        ("/a/*", "/a/*"),
        ("/*", "/x"),
        ("/*", "/"),
    ],
)
def test_a_route_that_is_never_reached_is_a_mistake(first: str, second: str) -> None:
    """The wider route must come last."""
    with pytest.raises(PolicyError, match=r"routes\[1\]: never reached, routes\[0\]"):
        parse(line(first), line(second))


@pytest.mark.parametrize(
    ("first", "second"), [("/a", "/a/*"), ("/a/", "/a/*"), ("/a/b", "/a/*"), ("/ab", "/a/*")]
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


def test_refusing_within_allowing_is_fine() -> None:
    """One level of exceptions can be said in both ways."""
    policy = parse(line("/a/b/*", **SHUT), line("/a/*", **OPEN))
    assert policy.decide(None, "GET", "/a/b/c")[0] is Verdict.UNAUTHENTICATED
    assert policy.decide(None, "GET", "/a/c")[0] is Verdict.ALLOWED


@pytest.mark.parametrize(
    ("access", "requirement", "verdict"),
    [
        (None, Requirement.ANONYMOUS, Verdict.ALLOWED),
        (None, Requirement.READ_ONLY, Verdict.UNAUTHENTICATED),
        (None, Requirement.FULL, Verdict.UNAUTHENTICATED),
        (Access.READ_ONLY, Requirement.ANONYMOUS, Verdict.ALLOWED),
        (Access.READ_ONLY, Requirement.READ_ONLY, Verdict.ALLOWED),
        (Access.READ_ONLY, Requirement.FULL, Verdict.INSUFFICIENT),
        (Access.FULL, Requirement.ANONYMOUS, Verdict.ALLOWED),
        (Access.FULL, Requirement.READ_ONLY, Verdict.ALLOWED),
        (Access.FULL, Requirement.FULL, Verdict.ALLOWED),
    ],
)
def test_every_caller_against_every_requirement(
    access: Access | None, requirement: Requirement, verdict: Verdict
) -> None:
    """The whole table."""
    assert judge(access, requirement) is verdict


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_methods(method: str) -> None:
    """These change nothing (RFC 9110 section 9.2.1)."""
    assert not is_write(method)


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "", "get", "GET ", "*"]
)
def test_any_other_method_writes(method: str) -> None:
    """What is not known to be safe is taken to change things."""
    assert is_write(method)


DOCUMENT = parse(
    line("/public/*", ANY, FULL),
    line("/admin/*", FULL, FULL, refusal="backend"),
    line("/v2/health", ANY, ANY, refusal="backend"),
    line("/v2/*", READ, FULL, refusal="backend"),
    line("/exact", READ, READ),
)
NONE, RO, RW = None, Access.READ_ONLY, Access.FULL
OK, WHO, LOW = Verdict.ALLOWED, Verdict.UNAUTHENTICATED, Verdict.INSUFFICIENT


@pytest.mark.parametrize(
    ("method", "path", "verdicts", "refusal"),
    [
        ("GET", "/public/x", (OK, OK, OK), "gateway"),
        ("POST", "/public/x", (WHO, LOW, OK), "gateway"),
        ("GET", "/admin/x", (WHO, LOW, OK), "backend"),
        ("GET", "/v2/health", (OK, OK, OK), "backend"),
        ("DELETE", "/v2/health", (OK, OK, OK), "backend"),
        ("GET", "/v2/health/", (WHO, OK, OK), "backend"),
        ("GET", "/v2/products", (WHO, OK, OK), "backend"),
        ("HEAD", "/v2/", (WHO, OK, OK), "backend"),
        ("POST", "/v2/products", (WHO, LOW, OK), "backend"),
        ("TRACE", "/v2/products", (WHO, LOW, OK), "backend"),
        ("POST", "/exact", (WHO, OK, OK), "gateway"),
        # No route: refused to everybody, by the gateway.
        ("GET", "/exact/", (WHO, LOW, LOW), "gateway"),
        ("GET", "/v2", (WHO, LOW, LOW), "gateway"),
        ("GET", "/V2/products", (WHO, LOW, LOW), "gateway"),
        ("GET", "/", (WHO, LOW, LOW), "gateway"),
        ("GET", "", (WHO, LOW, LOW), "gateway"),
    ],
)
def test_who_may_do_what_where(
    method: str, path: str, verdicts: tuple[Verdict, ...], refusal: str
) -> None:
    """The first route that fits decides for each kind of caller, and says who refuses."""
    for access, verdict in zip((NONE, RO, RW), verdicts, strict=True):
        assert DOCUMENT.decide(access, method, path) == (verdict, Refusal(refusal))


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
    ],
)
def test_a_path_that_could_mean_another_is_refused(path: str) -> None:
    """Dot segments, doubled and encoded slashes: no route covers them, not even for full access."""
    for access in (NONE, RO, RW):
        verdict, refusal = DOCUMENT.decide(access, "GET", path)
        assert verdict is not Verdict.ALLOWED
        assert refusal is Refusal.GATEWAY


@pytest.mark.parametrize(
    "path", ["/public/...", "/public/a.b", "/public/..a", "/public/%20", "/public/é"]
)
def test_odd_but_plain_paths_are_judged_like_any_other(path: str) -> None:
    """Only what could mean another path is refused for its spelling."""
    assert DOCUMENT.decide(None, "GET", path)[0] is Verdict.ALLOWED
