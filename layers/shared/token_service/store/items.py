"""Items read back from the tables: one pydantic model for each kind, and one error for all."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, Strict, ValidationError

from token_service.domain.errors import Unavailable
from token_service.domain.owners import OwnerRef
from token_service.store.dynamodb import Item

# More problems than this in one item say nothing new.
_MAX_PROBLEMS = 3

# Plain assignments: a `type` statement would give each attribute an indirection in the validator.
Text = Annotated[str, Strict()]
Flag = Annotated[bool, Strict()]
Count = Annotated[int, Strict(), Field(ge=0)]
"""A number that is never negative: a time in seconds, a version, a rate."""


class DamagedItemError(Unavailable):
    """A stored item is not what its kind requires; an operator has to repair it.

    `detail` names the item and its attributes. It never quotes a value.
    """


class StoredItem(BaseModel):
    """The base of all models of stored items and documents.

    Unknown attributes are ignored, so that an older version can read what a newer one wrote. A
    model that only some functions use sets `defer_build=True`: it is then built at its first use
    and costs the other functions no cold start time.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    kind: ClassVar[str]
    """What errors call the item, such as `client item`."""

    named_by: ClassVar[tuple[str, ...]] = ()
    """The key attributes that errors may quote.

    A key attribute with a token handle, a digest or a person's name is not one of them.
    """


def parse_item[M: StoredItem](model: type[M], item: Item) -> M:
    """Parse an item in DynamoDB's low-level form.

    Raises:
        DamagedItemError: the item does not fit the model.

    """
    return _parsed(model, lambda: model.model_validate(_plain(item)), item)


def parse_document[M: StoredItem](model: type[M], text: str) -> M:
    """Parse a JSON document.

    Raises:
        DamagedItemError: the text is not JSON, or does not fit the model.

    """
    return _parsed(model, lambda: model.model_validate_json(text), {})


def damaged(model: type[StoredItem], item: Item, problem: str) -> DamagedItemError:
    """The error for an item of this kind; `problem` quotes no value."""
    keys = [text for name in model.named_by if (text := item.get(name, {}).get("S"))]
    return DamagedItemError(detail=f"damaged {' '.join([model.kind, *keys])}: {problem}")


def _parsed[M: StoredItem](model: type[M], parse: Callable[[], M], item: Item) -> M:
    try:
        return parse()
    except ValidationError as error:
        problem = _problems(error)
    # Raised here and not in the handler, so that no traceback shows pydantic's error.
    raise damaged(model, item, problem)


def _problems(error: ValidationError) -> str:
    """Where and what: attribute names and pydantic's error types, without any value."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return ", ".join(f"{_place(one['loc'])} {one['type']}" for one in found[:_MAX_PROBLEMS])


def _place(loc: tuple[int | str, ...]) -> str:
    # A name that is no identifier comes from the data: the note of a secret's use has its digest.
    names = [str(part) if isinstance(part, int) or part.isidentifier() else "*" for part in loc]
    return ".".join(names) or "document"


def _plain(item: Item) -> dict[str, object]:
    return {name: _plain_value(value) for name, value in item.items()}


def _plain_value(value: dict[str, Any]) -> object:
    """The value as JSON has it.

    boto3's TypeDeserializer does the same through Decimal, in three times the time. A type that no
    item has (binary, a set, null) stays as it is, and fits no model.
    """
    for kind, content in value.items():
        if kind in {"S", "BOOL"}:
            return content
        if kind == "N":
            return _number(content)
        if kind == "L":
            return [_plain_value(entry) for entry in content]
        if kind == "M":
            return _plain(content)
    return value


def _number(text: str) -> float:
    """An integer, or a float, which no model accepts."""
    try:
        return int(text)
    except ValueError:
        return float(text)


def _owner_ref(value: object) -> OwnerRef:
    if not isinstance(value, str):
        raise ValueError("not text")  # noqa: TRY004 - pydantic reports a ValueError
    owner = OwnerRef.parse(value)
    if not owner.id:
        raise ValueError("no id")
    return owner


Reference = Annotated[OwnerRef, PlainValidator(_owner_ref)]
"""`kind#id`."""
