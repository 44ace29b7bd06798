"""The clients that both servers know, with the same ids and secrets."""

from dataclasses import dataclass, field
from typing import Any

from tests.e2e.deployed import Deployed, Party
from tests.e2e.operator import Operator

SCOPES = ("orders:read", "orders:write")
AUDIENCE = "https://api.differential.example"


@dataclass(frozen=True)
class Member:
    """A client, how `tokenctl` makes it, and how oidc-provider is told of it."""

    party: Party
    options: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def reference(self) -> dict[str, Any]:
        """Its client metadata (RFC 7591 section 2)."""
        secret = {"client_secret": self.party.secret} if self.party.secret else {}
        usual = {"client_id": self.party.id, "grant_types": ["client_credentials"]}
        return usual | secret | self.metadata


MAIN = Party("differential", "a-secret-of-more-than-32-characters")
# Every character that a form or a Basic header could spoil (RFC 6749 appendix B).
SPECIAL = Party("differential.special", "colon:plus+percent%amp&is=slash/ask?~%zz")
UNABLE = Party("differential-unable", "a-secret-without-client_credentials")
OTHER = Party("differential-other", "another-secret-of-over-32-characters")
SERVER = Party("differential-server", "the-secret-of-a-resource-server-here")
PUBLIC = Party("differential-public")

_ALL_SCOPES = tuple(word for scope in SCOPES for word in ("--scope", scope))
CAST = (
    Member(MAIN, (*_ALL_SCOPES, "--audience", AUDIENCE), {"scope": " ".join(SCOPES)}),
    Member(SPECIAL),
    Member(UNABLE, ("--grant", "implicit"), {"grant_types": []}),
    Member(OTHER),
    Member(SERVER, ("--introspection", "any")),
    Member(PUBLIC, ("--public",), {"token_endpoint_auth_method": "none"}),
)


def register(tokenctl: Operator, deployed: Deployed) -> None:
    """Make all of them in our deployment, as an operator brings clients from elsewhere."""
    for member in CAST:
        party = member.party
        secret = ("--secret-stdin",) if party.secret else ()
        made = ("clients", "create", "--name", party.id, "--id", party.id)
        tokenctl(*made, *secret, *member.options, stdin=f"{party.secret}\n")
        if party.secret:
            deployed.parties.append(party)
