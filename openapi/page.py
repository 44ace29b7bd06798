"""Copies Swagger UI, as npm installed it, into the function that serves it: compressed, once."""

import gzip
from pathlib import Path

SOURCE = Path(__file__).parent / "node_modules/swagger-ui-dist"
SITE = Path(__file__).parent.parent / "functions/docs/site"
SERVED = ("swagger-ui-bundle.js", "swagger-ui.css")
# Apache-2.0 asks for the first two, the libraries inside the bundle for the third.
LICENCES = {
    "LICENSE": "swagger-ui-LICENSE.txt",
    "NOTICE": "swagger-ui-NOTICE.txt",
    "swagger-ui-bundle.js.LICENSE.txt": "swagger-ui-bundle.js.LICENSE.txt",
}


def copy() -> None:
    """Replace the copies."""
    for name in SERVED:
        compressed = gzip.compress((SOURCE / name).read_bytes(), compresslevel=9, mtime=0)
        (SITE / f"{name}.gz").write_bytes(compressed)
    for name, ours in LICENCES.items():
        (SITE / ours).write_bytes((SOURCE / name).read_bytes())
