"""Cells at the command line: what the draft, or the rules in force, tell in one situation that somebody asks about."""

from typing import TYPE_CHECKING, Any

import typer

from hub.cli.explain import cells_table
from hub.cli.terminal import quiet_logs, the_user

if TYPE_CHECKING:
    from rich.table import Table

    from hub.settings import Settings


def by_the_draft(settings: "Settings", kind: str, field: str | None, given: dict[str, Any]) -> "Table":
    """From the files. Nobody's data is read, so the ledger hears nothing of it. Raises `UnusablePolicies`."""
    from access_policies.compiling import Bundle
    from access_policies.explaining import explain
    from access_policies.loading import load
    from access_policies.model import Given

    bundle = Bundle(load(settings.policy_directory()))
    try:
        situation = bundle.words.of(Given(**given))
        names = [field] if field else list(bundle.policies.kinds[kind].fields)
        found = [explain(bundle, kind, given["recipient"], situation, name) for name in names]
    except KeyError as unknown:
        raise typer.BadParameter(f"the policies have no {_missing(unknown)!r}") from None
    cells = [
        {"field": each.field, "outcome": each.outcome, "reason": each.sentence(bundle, kind), "met": each.met}
        for each in found
    ]
    return cells_table(cells)


def _missing(unknown: KeyError) -> str:
    """The word that was not found, of a word or of a pair that was looked up."""
    looked_up = unknown.args[0]
    return str(looked_up[-1] if isinstance(looked_up, tuple) else looked_up)


def by_the_rules_in_force(settings: "Settings", kind: str, field: str | None, given: dict[str, Any]) -> "Table":
    """From the hub, as information governance. Raises `Refusal`."""
    from hub.cli.session import governance

    quiet_logs()
    asked = given | ({"field": field} if field else {})
    with governance(settings, the_user()) as hub:
        return cells_table(hub.get(f"/v1/policies/cells/{kind}", **asked)["cells"])
