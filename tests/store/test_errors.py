"""What the store's errors tell, and what they keep to themselves."""

from traceback import format_exception

import pytest
from botocore.exceptions import ClientError
from token_service.domain.errors import Unavailable
from token_service.store.errors import AwsError, ConditionFailedError, translate_errors

QUOTED = "the value top-secret is not valid"


def refused(code: str, status: int = 400, **members: object) -> ClientError:
    """What botocore raises; AWS's message quotes the request."""
    response: dict[str, object] = {
        "Error": {"Code": code, "Message": QUOTED},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response | members, "GetItem")  # type: ignore[arg-type] # as it arrives


def translated(error: Exception) -> Exception:
    """What comes out instead."""
    with pytest.raises(Exception) as caught, translate_errors():  # noqa: PT011 - whichever it is
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("code", "status"),
    [("ValidationException", 400), ("ConditionalCheckFailedException", 400), ("Throttling", 400)],
)
def test_error_text_quotes_nothing(code: str, status: int) -> None:
    """A log line, and the traceback that Lambda prints, name operation and code alone (item 78)."""
    found = translated(refused(code, status))
    assert "top-secret" not in str(found) + repr(found) + "".join(format_exception(found))


def test_a_refusal_is_told_by_operation_code_and_status() -> None:
    """As it is logged; an operator may read AWS's own words besides."""
    found = translated(refused("AccessDeniedException"))
    assert isinstance(found, AwsError)
    assert str(found) == found.safe_detail == "GetItem: AccessDeniedException (400)"
    assert found.message == QUOTED


def test_a_failed_condition_has_the_item_that_is_there() -> None:
    """If it was asked for."""
    item = {"entity": {"S": "client:shop"}}
    found = translated(refused("ConditionalCheckFailedException", Item=item))
    assert isinstance(found, ConditionFailedError)
    assert found.item == item
    found = translated(refused("ConditionalCheckFailedException"))
    assert isinstance(found, ConditionFailedError)
    assert found.item is None


def test_an_outage_is_told_by_its_code() -> None:
    """Or by its status, where there is no code."""
    for code, status, detail in (
        ("InternalServerError", 500, "InternalServerError"),
        ("", 503, "503"),
    ):
        found = translated(refused(code, status))
        assert isinstance(found, Unavailable)
        assert (found.detail, found.public) == (detail, "")


def test_our_own_bugs_are_not_translated() -> None:
    """They are no outage."""
    bug = KeyError("x")
    assert translated(bug) is bug
