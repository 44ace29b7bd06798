"""JSON schemas of request bodies, from the models that read them."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core import CoreSchema
from token_service.wire.elastic_path.dialect import ElasticPathTokenRequest
from token_service.wire.elastic_path.sign_in_bodies import (
    AccountMemberSignIn,
    CustomerSignIn,
    OneTimePasswordRequest,
)
from token_service.wire.magento.bodies import MagentoLogin

MODELS: dict[str, type[BaseModel]] = {
    model.__name__: model
    for model in (
        AccountMemberSignIn,
        CustomerSignIn,
        ElasticPathTokenRequest,
        MagentoLogin,
        OneTimePasswordRequest,
    )
}
REFERENCE = "#/components/schemas/{model}"


class _PlainSchema(GenerateJsonSchema):
    """Without titles that only repeat a field's name."""

    def field_title_should_be_set(self, schema: CoreSchema | Any) -> bool:  # noqa: ANN401, ARG002 - as overridden
        """Fields have descriptions."""
        return False


def schemas() -> dict[str, Any]:
    """The components' schemas by name: the models, and those that they are made of."""
    _, document = models_json_schema(
        [(model, "validation") for model in MODELS.values()],
        ref_template=REFERENCE,
        schema_generator=_PlainSchema,
    )
    definitions: dict[str, dict[str, Any]] = document["$defs"]
    for name, schema in definitions.items():
        if schema["title"] == name:
            del schema["title"]
    return definitions
