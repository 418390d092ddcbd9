"""The naive reading of the policies, each cell once: a thousand stories ask the same few thousand questions."""

from typing import Any

from access_policies.model import Policies
from property import oracle
from property.oracle import Said

_KNOWN: dict[tuple[object, ...], dict[str, tuple[str, str]]] = {}


def told(policies: Policies, kind: str, recipient: str, said: Said, **more: Any) -> dict[str, tuple[str, str]]:
    """What `oracle.told` says; asked of one set of policies only, whose rules do not change."""
    asked = (id(policies), kind, recipient, *_words(said), *sorted(more.items()))
    if asked not in _KNOWN:
        _KNOWN[asked] = oracle.told(policies, kind, recipient, said, **more)
    return dict(_KNOWN[asked])


def _words(said: Said) -> list[object]:
    return [values if values is None else tuple(sorted(values)) for values in vars(said).values()]
