"""Measurements: `make bench`. Absolute figures are printed; only ratios within one run fail."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))  # for `support`, which has the real servers
