"""What this service costs, measured beside what others do for the same: `make bench`."""

import sys
from pathlib import Path

# Some of it is measured within this process, from the very sources that are deployed.
sys.path.insert(0, str(Path(__file__).parent.parent / "layers/shared"))
