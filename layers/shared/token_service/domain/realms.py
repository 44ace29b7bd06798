"""Authentication realms: where the shoppers of a deployment are known, one realm a kind of them.

A deployment is one store (docs/architecture.md, "The parts"), so realms, profiles and the store
have ids that follow from its issuer: nothing to keep, and the same wherever they are computed.
"""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from token_service.domain.owners import OwnerKind


@dataclass(frozen=True, slots=True)
class Realm:
    """Where shoppers of one kind sign in; storefronts name themselves to it by `client_id`."""

    kind: OwnerKind
    id: str
    client_id: str
    name: str


def realms(issuer: str) -> dict[str, Realm]:
    """The realms of a deployment, by id."""
    found = (
        Realm(kind, _id(issuer, path), client_id, name)
        for kind, path, client_id, name in (
            (OwnerKind.CUSTOMER, "customer-realm", "customers", "Customers"),
            (
                OwnerKind.ACCOUNT_MEMBER,
                "authentication-realm",
                "account-management",
                "Account members",
            ),
        )
    )
    return {realm.id: realm for realm in found}


def realm_id(issuer: str, kind: OwnerKind) -> str:
    """The id of the realm of shoppers of this kind."""
    return next(realm.id for realm in realms(issuer).values() if realm.kind is kind)


def password_profile_id(issuer: str) -> str:
    """What Elastic Path's clients call the place of account members' passwords."""
    return _id(issuer, "password-profile")


def store_id(issuer: str) -> str:
    """The deployment as Elastic Path's URLs name it."""
    return _id(issuer, "store")


def _id(issuer: str, name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{issuer}/{name}"))
