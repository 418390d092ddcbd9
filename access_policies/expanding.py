"""Short forms: what one entry of a file says for several kinds of partner, written out before anything reads it.

A clause with several recipients stands for one clause for each, `NAME-RECIPIENT`. Under `share` the name alone means
all of them, and one of them by its own name wins for its recipient. An `expect` row with several is a row for each.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from access_policies.reading import Document, Entry, UnusablePolicies

Groups = Mapping[str, tuple[str, ...]]
"""For each clause with several recipients, the names of the clauses that it stands for."""


def write_out_clauses(document: Document) -> Groups:
    """Give each recipient a clause of its own. Returns which names stood for several.

    Raises `UnusablePolicies` where a clause by itself has the name of one of them.
    """
    groups = {name: _names(name, clause) for name, clause in document.content.items() if _several(clause)}
    if twice := [(each, group) for group, names in groups.items() for each in names if each in document.content]:
        said = "{!r} stands for one of the recipients of {!r} too; give it another name"
        raise UnusablePolicies([document.problem((each,), said.format(each, group)) for each, group in twice])
    document.rewrite((), [entry for name, clause in document.content.items() for entry in _clauses(name, clause)])
    return groups


def write_out_kind(document: Document, groups: Groups) -> None:
    """Give each clause of a group its own share, and each recipient of an `expect` row its own row."""
    share, expect = document.content.get("share"), document.content.get("expect")
    if isinstance(share, dict):
        document.rewrite(("share",), list(_shares(share, groups)))
    if isinstance(expect, list):
        rows = [(place, row) for place, said in enumerate(expect) for row in _rows(said)]
        document.rewrite(("expect",), [(new, row, place) for new, (place, row) in enumerate(rows)])


def _several(said: object) -> bool:
    return isinstance(said, dict) and isinstance(said.get("recipient"), list)


def _names(name: str, clause: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{name}-{str(each).replace('_', '-')}" for each in clause["recipient"])


def _clauses(name: str, clause: Any) -> Iterator[Entry]:
    if not _several(clause):
        yield name, clause, name
        return
    for each, recipient in zip(_names(name, clause), clause["recipient"], strict=True):
        yield each, clause | {"recipient": recipient}, name


def _shares(share: Mapping[str, Any], groups: Groups) -> Iterator[Entry]:
    for name, said in share.items():
        for each in groups.get(name, (name,)):
            if each == name or each not in share:
                yield each, said, name


def _rows(row: Any) -> Iterator[Any]:
    if not (isinstance(row, dict) and _several(row.get("given"))):
        yield row
        return
    given = row["given"]
    for recipient in given["recipient"]:
        yield row | {"given": given | {"recipient": recipient}}
