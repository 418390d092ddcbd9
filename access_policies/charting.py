"""The disclosure matrix: named situations × kinds × partners × fields, as a page; the build fails when it drifts."""

from collections.abc import Iterator

from access_policies.compiling import NOTHING, Bundle, Plan
from access_policies.rendering import NOTE, table, title
from access_policies.situating import Situations, told_in

_HEAD = """\
# What is told in situations that everybody knows

For each kind of update and each kind of partner: what it is told in the situations named in
`access_policies/situations.yaml`, and on which ground. A field that a row does not name is withheld in its situations.

"""


def disclosure_matrix(bundle: Bundle, situations: Situations) -> str:
    """The page: situations with the same outcome share a row."""
    sections = (_kind(bundle, situations, kind) for kind in bundle.policies.kinds)
    return NOTE + _HEAD + "\n".join(sections)


def _kind(bundle: Bundle, situations: Situations, kind: str) -> str:
    lines, silent = [f"## {kind}\n"], []
    for recipient in bundle.policies.recipients():
        told = told_in(situations, bundle, kind, recipient)
        if any(plan.names for plan in told.values()):
            lines += [f"### {kind} → {title(recipient)}\n", *_outcomes(told), ""]
        else:
            silent.append(title(recipient))
    if silent:
        lines.append(f"Nothing in any of these situations: {', '.join(silent)}.\n")
    return "\n".join(lines)


def _outcomes(told: dict[str, Plan]) -> list[str]:
    """A row for each outcome, with the situations that have it; last those that tell nothing, by their number."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for name, plan in told.items():
        rows.setdefault(tuple(_cells(plan)), []).append(name)
    silent = rows.pop(tuple(_cells(NOTHING)), [])
    lines = [["<br>".join(names), *cells] for cells, names in rows.items()]
    lines += [[f"any of the other {len(silent)}", *_cells(NOTHING)]] if silent else []
    return table(["in this situation", "told", "masked", "ground"], lines)


def _cells(plan: Plan) -> Iterator[str]:
    yield ", ".join(f"`{name}`" for name in plan.told) or "–"
    yield ", ".join(f"`{name}` ({mask})" for name, mask in plan.masked) or "–"
    yield "; ".join(_grounds(plan)) or "–"


def _grounds(plan: Plan) -> Iterator[str]:
    """The clauses; where there are several, each with its fields, save the one that tells most."""
    clauses: dict[str, list[str]] = {}
    for name in plan.names:
        clauses.setdefault(plan.because[name], []).append(name)
    ranked = sorted(clauses, key=lambda clause: -len(clauses[clause]))
    yield from ranked[:1]
    yield from (f"{clause}: {', '.join(clauses[clause])}" for clause in ranked[1:])
