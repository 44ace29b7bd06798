"""Magento's SOAP services and their operations (docs/platforms/magento.md, 3.1)."""

from dataclasses import dataclass

from token_service.domain.owners import OwnerKind


@dataclass(frozen=True, slots=True)
class Field:
    """One element of a request, and its XML Schema type."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `kind` is whose tokens it is about; `public` needs no token itself."""

    name: str
    fields: tuple[Field, ...]
    result: str
    kind: OwnerKind
    public: bool


_LOGIN = (Field("username", "string"), Field("password", "string"))
_ADMIN = "integrationAdminTokenServiceV1"
_CUSTOMER = "integrationCustomerTokenServiceV1"

SERVICES: dict[str, tuple[Operation, ...]] = {
    _ADMIN: (
        Operation(
            f"{_ADMIN}CreateAdminAccessToken", _LOGIN, "string", OwnerKind.ADMIN, public=True
        ),
    ),
    _CUSTOMER: (
        Operation(
            f"{_CUSTOMER}CreateCustomerAccessToken",
            _LOGIN,
            "string",
            OwnerKind.CUSTOMER,
            public=True,
        ),
        # The schema asks for an id that the token then overrules.
        Operation(
            f"{_CUSTOMER}RevokeCustomerAccessToken",
            (Field("customerId", "int"),),
            "boolean",
            OwnerKind.CUSTOMER,
            public=False,
        ),
    ),
}
