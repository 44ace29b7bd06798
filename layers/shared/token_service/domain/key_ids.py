"""The ids of application keys.

An id is computed from the client's (UUID version 5, RFC 9562 section 5.5), so that every client has
one and it never changes.
"""

from uuid import UUID, uuid5

# The namespace of our names: any UUID, the same for ever.
_NAMESPACE = UUID("6f1d3c1e-9b0a-4d5f-8a7b-e2c94d5a1f30")


def key_id_of(client_id: str) -> str:
    """The id of a client's application key."""
    return str(uuid5(_NAMESPACE, client_id))
