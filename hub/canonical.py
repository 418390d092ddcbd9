"""The one byte form of a value that gets hashed: JSON with sorted keys and no spaces (RFC 8785 for what we use:
ASCII keys, no fractions).
"""

import orjson
from pydantic import JsonValue


def canonical(value: JsonValue) -> bytes:
    """The canonical bytes of a JSON value. Raises `TypeError` for what JSON cannot say."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
