"""The samples: an update of each kind about somebody visibly fake, as it is published."""

import json
from pathlib import Path
from typing import Any

DIRECTORY = Path(__file__).parent / "examples"


def sample(kind: str) -> dict[str, Any]:
    """The envelope of a kind's sample. Raises `OSError` for a kind that has none."""
    found: dict[str, Any] = json.loads((DIRECTORY / f"{kind}.v1.json").read_text(encoding="utf-8"))
    return found
