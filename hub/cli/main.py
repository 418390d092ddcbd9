"""`iom-hub`: the commands, each with an example."""

import gc

import typer

from hub.cli import (
    agency,
    agency_keys,
    bundles,
    connect,
    connect_views,
    demo,
    explain,
    exports,
    held,
    importing,
    ledger,
    policy,
    publish,
    reading,
    sealing,
    serve,
    stores,
    topics,
    worker,
)

app = typer.Typer(
    name="iom-hub",
    help="Tell each partner what it needs to know, field by field, and prove it afterwards.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    add_completion=False,
)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("publish")(publish.publish)
app.add_typer(importing.app, name="import")
app.command("sign")(agency_keys.sign)
app.command("seal")(sealing.seal)
app.add_typer(agency.app, name="agency")
bundles.add_to(policy.app)
app.add_typer(policy.app, name="policy")
app.add_typer(reading.case_app, name="case")
app.add_typer(reading.feed_app, name="feed")
connect.app.command("alerts")(connect_views.alerts)
connect.app.command("case")(connect_views.case)
connect.app.command("export")(exports.export_kit)
app.add_typer(connect.app, name="connect")
app.add_typer(explain.app, name="explain")
app.add_typer(held.app, name="held")
app.add_typer(ledger.app, name="ledger")
app.add_typer(topics.app, name="topics")
app.command("migrate-store")(stores.migrate_store)
app.command("backup")(stores.backup)
app.command("restore")(stores.restore)


def main() -> None:
    """The console script. Modules are kept once they are read: the collector need not look at them all that often."""
    gc.set_threshold(10_000, 20, 20)
    app()
