"""What this service costs, measured beside what others do for the same: `make bench`."""

import sys
from pathlib import Path

# Where the functions have it from the layer.
sys.path.insert(0, str(Path(__file__).parent.parent / "layers/shared"))
