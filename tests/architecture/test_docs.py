"""The pages say what is so: commands, links, paths, settings, words, and the samples in them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import typer
from typer.testing import CliRunner

from hub.cli.main import app
from hub.kit.home import KitSettings
from hub.settings import Settings
from support.builders import an_arrest
from support.http import Door
from support.partnership import HOUSING, POLICE, partnership

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
WRITTEN = [page for page in PAGES if "reference" not in page.parts]  # docs/reference has the words of the policies
ADRS = sorted((ROOT / "docs" / "adr").glob("*"))

FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?:(?<=bin/)|(?<![\w/.-]))iom-hub (?!iom-hub)([a-z][^\n`|;&)']*)")
IN_REPOSITORY = re.compile(
    r"(?:access_policies|benchmarks|consumers|deploy|docs|hub|schemas|tests)/[\w./-]*|[A-Z]{6,}\.md|pyproject\.toml|requirements\.lock"
)

FORBIDDEN = {
    "offender": "person",
    "redact": "withhold",
    "payload": "content, data",
    "user": "person, partner, account",
    "manager": "officer, worker",
}
"""What no page says, and what it says instead."""

ONLY_TESTS = {"IOM_HUB_CRASH_AT", "IOM_HUB_REQUIRE", "IOM_HUB_TEST_KAFKA", "IOM_HUB_TEST_POSTGRES"}
"""Variables that are no settings of the hub's."""

NAMES = ("Integrated Offender Management", "prison-offender-events", "prisoner-offender-search")
"""Proper names, in which a forbidden word may stand; so it may in quotations and in code."""

WORDS = """
    acknowledgement  adapter    agency      alert         blind index  bundle      case       case view
    checkpoint       claim      clause      cohort        commitment   confirmation  consent  consultation
    consumer         decision   disclosure  element       envelope     expectation  fact      feed
    feed record      field      fingerprint  grant        handling     head         held      home
    information governance      inherits    involvement   kind         leaf         ledger    mask
    message id       movement   never       partner       pathway      person       placed    policy
    port             power      provisional  publisher    purpose      receipt      record    register
    release plan     settling time          share         situation    standing     store     strand
    timer            token      update      withheld      discarded    class of data
    cell             edition    baseline    approval      disclosure matrix
"""


def of_each(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("page", paths, ids=lambda page: str(page.relative_to(ROOT)))


def commands(page: Path) -> list[list[str]]:
    """Every command line of the hub's that a page shows, as words."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    return [found.partition(" #")[0].split() for found in COMMAND.findall(text)]


def command_named(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that these words name, and what follows it. Raises `KeyError`."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands") and not (command.invoke_without_command and words[:1] and words[0][0] == "-"):
        command, words = command.commands[words[0] if words else ""], words[1:]
    return command, words


@pytest.mark.parametrize("words", [words for page in WRITTEN for words in commands(page)], ids=" ".join)
def test_every_command_line_exists(words: list[str]) -> None:
    """What a page tells somebody to type is a command of today, with the options it has."""
    command, rest = command_named(words)
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    assert {word for word in rest if word.startswith("--")} <= known
    path = words[: len(words) - len(rest)]
    assert CliRunner().invoke(app, [*path, "--help"]).exit_code == 0


def test_the_pages_show_commands() -> None:
    """The test above is not empty: the pages show each of the hub's commands."""
    shown = {" ".join(words[: len(words) - len(command_named(words)[1])]) for p in WRITTEN for words in commands(p)}
    assert shown >= {"serve", "agency add", "agency token", "policy check", "policy explain", "ledger verify"}


def headings(page: Path) -> list[str]:
    return re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@of_each(PAGES)
def test_every_link_leads_somewhere(page: Path) -> None:
    """A relative link resolves, and so does the heading that it names."""
    broken = []
    for link in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not re.match(r"[a-z]+:", link) and not (
            target.exists() and (not fragment or fragment in map(anchor, headings(target)))
        ):
            broken.append(link)
    assert broken == []


@of_each(WRITTEN)
def test_every_path_named_exists(page: Path) -> None:
    """A file or folder of the repository that a page names is there."""
    named = {span for span in SPAN.findall(page.read_text(encoding="utf-8")) if IN_REPOSITORY.fullmatch(span)}
    assert sorted(span for span in named if not (ROOT / span).exists()) == []


@of_each(WRITTEN)
def test_no_page_uses_a_forbidden_word(page: Path) -> None:
    """People are called people: see `FORBIDDEN` for each word and what to say instead."""
    text = SPAN.sub("", FENCE.sub("", page.read_text(encoding="utf-8")))
    for name in NAMES:
        text = re.sub(name.replace(" ", r"\s+"), "", text)
    text = re.sub(r"“[^”]*”|\"[^\"]*\"", "", text)
    assert re.findall(rf"\b(?:{'|'.join(FORBIDDEN)})\w*", text, re.IGNORECASE) == []


@of_each(ADRS)
def test_a_decision_has_its_form(page: Path) -> None:
    """Each decision is numbered, in its name and its title, and says status, context, decision and consequences."""
    number = re.fullmatch(r"([0-9]{4})-[a-z0-9-]+\.md", page.name)
    assert number
    title, *parts = headings(page)
    assert title.startswith(f"{number[1]}: ")
    assert parts == ["Status", "Context", "Decision", "Consequences"]


def test_decisions_are_numbered_without_a_gap() -> None:
    """The template is 0000, and the decisions follow one by one."""
    assert [int(page.name[:4]) for page in ADRS] == list(range(len(ADRS)))


def shown(value: object) -> str:
    """A setting's default as the table of settings writes it."""
    if value is None:
        return "–"
    if isinstance(value, tuple):
        value = json.dumps(value, separators=(",", ":"))
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    """Whoever runs a hub finds every setting with its default in one table."""
    text = (ROOT / "docs" / "operating" / "one-machine.md").read_text(encoding="utf-8")
    assert f"| `IOM_HUB_{name.upper()}` | {shown(Settings.model_fields[name].default)} |" in text


@pytest.mark.parametrize("name", KitSettings.model_fields)
def test_every_setting_of_a_kit_is_documented(name: str) -> None:
    """Whoever runs a kit finds every setting in one table."""
    text = (ROOT / "docs" / "connecting.md").read_text(encoding="utf-8")
    assert f"| `IOM_HUB_KIT_{name.upper()}` | " in text


@of_each(WRITTEN)
def test_no_page_names_a_setting_that_is_not_there(page: Path) -> None:
    """A variable that a page names is a setting, or one of the few that only tests know."""
    known = {f"IOM_HUB_{name.upper()}" for name in Settings.model_fields} | ONLY_TESTS
    known |= {"IOM_HUB_KIT_", *(f"IOM_HUB_KIT_{name.upper()}" for name in KitSettings.model_fields)}
    assert set(re.findall(r"IOM_HUB_[A-Z_]+", page.read_text(encoding="utf-8"))) <= known


def test_the_glossary_has_every_word() -> None:
    """The words that the code and these pages rest on are explained, each in a line."""
    text = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    explained = {
        word for words in re.findall(r"^- \*\*(.+?)\*\*: \S", text, re.MULTILINE) for word in words.split(", ")
    }
    assert set(re.split(r"\s{2,}", WORDS.strip())) - explained == set()


def blocks(page: str, language: str) -> Iterator[str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    yield from re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def check() -> Any:
    """The verifier printed in the page of formats."""
    [source] = blocks("formats.md", "python")
    assert len(source.splitlines()) <= 40
    found: dict[str, Any] = {"__name__": "check_feed"}
    exec(compile(source, "docs/formats.md", "exec"), found)
    return found["check"]


@pytest.fixture(scope="module")
def page() -> Any:
    """A page of housing's feed."""
    with partnership() as partners:
        person = partners.person()
        partners.involve(person, HOUSING, ("accommodation",))
        partners.publish(POLICE, "custody.person.arrested", {**person, **an_arrest()})
        with Door(partners.hub) as door:
            return door.agency(HOUSING).get("/v1/feed").json()


def test_the_printed_verifier_accepts_a_real_feed(check: Any, page: Any) -> None:
    """Somebody who copies the verifier out of the page can check a feed with it, page by page."""
    whole = check(page)
    assert whole[0] == len(page["records"]) > 1
    first, rest = {**page, "records": page["records"][:1]}, {**page, "records": page["records"][1:]}
    assert check(rest, *check(first)) == whole


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("a value", lambda page: page["records"][1]["elements"][4].update(value="somebody else")),
        ("a name", lambda page: page["records"][1]["elements"][4].update(name="officer")),
        ("a commitment", lambda page: page["records"][1]["commitments"].reverse()),
        (
            "a commitment without its element",
            lambda page: page["records"][1].update(elements=[], commitments=["00" * 32]),
        ),
        ("a link", lambda page: page["records"][1].update(prev="00" * 32)),
        ("a record left out", lambda page: page["records"].pop(0)),
        ("the end left out", lambda page: page["head"].update(link="00" * 32)),
        ("another feed", lambda page: page.update(feed="00000000-0000-8000-8000-000000000000")),
    ],
)
def test_the_printed_verifier_finds_a_change(check: Any, page: Any, what: str, change: Any) -> None:
    """It refuses a feed in which anything was changed or left out."""
    changed = json.loads(json.dumps(page))
    change(changed)
    with pytest.raises(ValueError, match=r"record|feed"):
        check(changed)


def test_the_record_in_the_life_of_an_update_verifies(check: Any) -> None:
    """The feed record printed there is a real one: its elements open its commitments, and these make its root."""
    samples = [json.loads(block) for block in blocks("life-of-an-update.md", "json")]
    [record] = [sample for sample in samples if "commitments" in sample]
    page = {"feed": "00" * 16, "records": [record], "head": {"seq": 0, "link": ""}}
    assert check(page, record["seq"] - 1, bytes.fromhex(record["prev"]))[0] == record["seq"]
