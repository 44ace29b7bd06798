"""What the reference in bench/reference/ stands on: the same store and key, tables of its own."""

import hashlib
from collections.abc import Mapping
from compileall import compile_dir
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from bench.package import Part, sam_build, unpack
from bench.report import ROOT
from bench.runtime_api import lambda_environment
from bench.template import Template
from bench.world import CLIENT, ISSUER, SCOPES, SERVER, World, logical_id


@dataclass(frozen=True, slots=True)
class ReferenceWorld:
    """The reference beside the service: functions that issue, introspect and authorize."""

    template: Template
    endpoints: Mapping[str, str]

    def part(self, name: str, place: Path, *, compiled: bool) -> Part:
        """A function's package, unpacked at `place`, and with compiled bytecode if so wished."""
        part = unpack(self.template.function(logical_id(name)).folder, place)
        if compiled:
            unchecked = PycInvalidationMode.UNCHECKED_HASH
            compile_dir(place, quiet=2, invalidation_mode=unchecked)
        return part

    def variables(self, name: str, folder: Path) -> dict[str, str]:
        """All that a function sees."""
        declared = self.template.function(logical_id(name))
        own = {**declared.variables, "_HANDLER": declared.handler}
        return lambda_environment(name, folder, None) | dict(self.endpoints) | own


def reference_world(world: World) -> ReferenceWorld:
    """Build the reference, and give it its tables and the same two clients in a world of RS256."""
    parameters = {"Issuer": ISSUER, "PublicKey": _public_key(world)}
    # The key is new each time, and no part of what is built.
    template = sam_build(ROOT / "bench/reference/template.yaml", "reference", {})
    store = world.store.client()
    for table, key in (("ReferenceClients", "client_id"), ("ReferenceTokens", "jti")):
        store.create_table(
            TableName=table,
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        store.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1})
    for client_id, secret in (CLIENT, SERVER):
        store.put_item(
            TableName="ReferenceClients",
            Item={
                "client_id": {"S": client_id},
                "secret_digest": {"S": hashlib.sha256(secret.encode()).hexdigest()},
                "scopes": {"L": [{"S": scope} for scope in SCOPES]},
                "enabled": {"BOOL": True},
            },
        )
    return ReferenceWorld(Template(template, parameters, {}), world.endpoints)


def _public_key(world: World) -> str:
    """The public half (PEM) of the key that the world signs with."""
    private = load_pem_private_key(world.signing_key()["pem"].encode(), password=None)
    return (
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    )
