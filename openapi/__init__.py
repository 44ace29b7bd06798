"""The source of the OpenAPI document: `document.yaml`, and one file per dialect in `dialects/`.

`make openapi` runs `python -m openapi`. To describe another dialect, add a file. Bodies that models
read are described by them: `models.py` adds their schemas. Routes that a Powertools resolver serves
describe themselves: `resolved.py` adds them.
"""

import sys
from pathlib import Path

# The functions import this package from the layer.
sys.path.insert(0, str(Path(__file__).parent.parent / "layers/shared"))
