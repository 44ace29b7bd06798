"""Links of identities at rest: written conditionally, our own retry is success."""

from typing import TYPE_CHECKING

from token_service.store.identity_links import DynamoIdentityLinks

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


def test_a_link_is_made_once_and_moved_knowingly(dynamodb: "DynamoDBClient") -> None:
    """Nobody takes over a link that they have not read."""
    links = DynamoIdentityLinks(dynamodb, "ClientsTable")
    assert links.find("one") is None
    assert links.keep("one", "ada", None)
    assert links.keep("one", "ada", None)
    assert not links.keep("one", "eve", None)
    assert not links.keep("one", "eve", "bob")
    assert not links.keep("two", "eve", "bob")
    assert links.keep("one", "bob", "ada")
    assert links.keep("one", "bob", "ada")
    assert links.find("one") == "bob"
    assert links.find("two") is None
