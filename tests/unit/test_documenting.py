"""The pages made from the policies say what the rules do, no more and no less, and no law as fact."""

import re
from statistics import mean

import pytest

from access_policies.documenting import pages
from access_policies.granting import CONFIRM, grants
from access_policies.loading import load
from access_policies.model import Policies
from access_policies.notifying import PHRASES
from support.partnership import HOSTEL

POLICIES = load()
PAGES = pages(POLICIES)
NOTICE, RECORD, AGREEMENT = PAGES["notice.md"], PAGES["record-of-processing.md"], PAGES["agreements/northshire-1.md"]
GRANTS = grants(POLICIES)
NAMES = {partner.kind: partner.name or "" for partner in POLICIES.partners.values()}
"""One agency of each kind, by its name in the record."""
HEADINGS = {
    kind: " and ".join(partner.name or "" for partner in POLICIES.partners.values() if partner.kind == kind)
    for kind in NAMES
}
"""Every agency of each kind, as the notice heads its part."""

of_each_partner = pytest.mark.parametrize("kind", sorted(NAMES))


def section(page: str, heading: str, mark: str = "## ") -> str:
    """The part of a page under this heading."""
    [found] = [part for part in re.split(rf"^{mark}", page, flags=re.MULTILINE) if part.startswith(f"{heading}\n")]
    return found


def without_consent(policies: Policies) -> Policies:
    """The same policies without what rests on consent."""
    clauses = {name: clause for name, clause in policies.clauses.items() if "consent" not in clause.when}
    kinds = {
        name: kind.model_copy(update={"share": {c: s for c, s in kind.share.items() if c in clauses}})
        for name, kind in policies.kinds.items()
    }
    return policies.model_copy(update={"clauses": clauses, "kinds": kinds})


@pytest.mark.duty("D22")
def test_the_agreement_says_every_grant_and_no_other() -> None:
    """Under each clause stands one row for each kind, with exactly the fields that the clause tells."""
    said = {}
    for name in {grant.name for grant in GRANTS}:
        rows = [line.split(" | ") for line in section(AGREEMENT, name, "### ").splitlines() if line.startswith("| ")]
        said |= {(name, row[0][2:]): set(re.findall(r"`(\w+)`", row[2])) for row in rows[2:] if len(row) == 3}
    assert said == {(grant.name, grant.policy.kind): {*grant.clear, *grant.masked} for grant in GRANTS}


@pytest.mark.duty("D22")
def test_the_agreement_names_parties_schedules_and_what_is_never_shared() -> None:
    """Each controller has its line and a place to sign; each schedule and each `never` stands there once."""
    agreement = POLICIES.agreements["northshire-1"]
    for agency in agreement.controllers:
        assert AGREEMENT.count(f"| {POLICIES.partners[agency].name} |") == 2
    for letter, about in agreement.schedules.items():
        assert f"## Schedule {letter}: {about}\n" in AGREEMENT
    nevers = {never.model_dump_json() for kind in POLICIES.kinds.values() for never in kind.never.values()}
    barred = section(AGREEMENT, "What is never shared")
    assert barred.count("\n- ") == len(nevers)
    assert all(never.because in barred for kind in POLICIES.kinds.values() for never in kind.never.values())


@pytest.mark.duty("D22")
@of_each_partner
def test_the_record_says_what_each_controller_discloses_and_is_told(kind: str) -> None:
    """Of each controller: every clause that tells it anything, and every clause by which its updates tell others."""
    part = section(RECORD, NAMES[kind])
    disclosed, told = (
        {row for row in re.findall(r"\| ([\w-]+) \|$", text, re.MULTILINE) if row not in ("clause", "---")}
        for text in part.split("### What it is told")
    )
    assert disclosed == {g.name for g in GRANTS if kind in g.policy.publishers and g.clause.recipient != kind}
    assert told == {g.name for g in GRANTS if g.clause.recipient == kind}


@pytest.mark.duty("D25")
def test_what_is_not_set_is_called_so() -> None:
    """The record gives a time for keeping where an agreement sets one, and otherwise says that none is set."""
    agreement = POLICIES.agreements["northshire-1"].model_copy(update={"retention": {"event": "30 days"}})
    record = pages(POLICIES.model_copy(update={"agreements": {"northshire-1": agreement}}))["record-of-processing.md"]
    assert "event: 30 days; " in section(record, NAMES["council_housing"])
    assert "event: not set; " in section(RECORD, NAMES["council_housing"])


@pytest.mark.duty("D22")
@of_each_partner
def test_the_notice_says_what_a_partner_is_never_told(kind: str) -> None:
    """A class of data stands under "never told" exactly when no clause tells this partner any of it."""
    lines = re.findall(r"^\*\*Never told\*\*: (.*)\.$", section(NOTICE, HEADINGS[kind]), re.MULTILINE)
    told = {name for grant in GRANTS if grant.clause.recipient == kind for name in grant.classes}
    plain = POLICIES.vocabulary.plain
    assert {each for line in lines for each in line.split("; ")} == {
        plain[name] for name in POLICIES.vocabulary.classes if name not in told
    }


@pytest.mark.duty("D22")
@of_each_partner
def test_the_notice_gives_a_reason_for_each_ground(kind: str) -> None:
    """Under each partner stands why, once for each clause, and only if what."""
    part, clauses = section(NOTICE, HEADINGS[kind]), {g.name for g in GRANTS if g.clause.recipient == kind}
    assert part.count("**Why**: ") == part.count("**Only if** ") == len(clauses)


@pytest.mark.duty("D15")
def test_who_is_told_by_consent_alone_is_told_nothing_without() -> None:
    """Without consent, it tells of danger, of the safety of staff (D17), of a death (D5), of a consent's end."""
    part = section(pages(without_consent(POLICIES))["notice.md"], POLICIES.partners[HOSTEL].name or "")
    assert "you said yes" not in part
    assert part.count("**Why**: ") == 5
    assert part.count("must stop using") == part.count("must know how to do so safely") == 1
    assert part.count("somebody may come to serious harm") + part.count("there is an emergency") >= 2


def sentences(page: str) -> list[str]:
    """Its sentences, without tables, headings and marks."""
    text = "\n".join(line for line in page.splitlines() if not line.startswith(("#", "|", "<", "**Never")))
    return [each for each in re.split(r"(?<=[.!?])\s+", text.replace("**", "").replace("- ", " ")) if each.strip()]


@pytest.mark.duty("D22")
def test_the_notice_can_be_read_by_a_child_of_eleven() -> None:
    """Short sentences of short words: under twelve words on average and never over 25; under five letters a word."""
    lengths = [len(each.split()) for each in sentences(NOTICE)]
    assert mean(lengths) < 12
    assert max(lengths) <= 25
    words = re.findall(r"[a-z]+", " ".join(sentences(NOTICE)).lower())
    assert mean(map(len, words)) < 5


def test_the_notice_has_no_word_of_the_machine() -> None:
    """No field name, no duty number, no kind of update, and nobody is called an offender."""
    assert re.findall(r"\w+_\w+|\bD[0-9]+\b|\w+\.\w+\.\w+|offenders?\b", NOTICE, re.IGNORECASE) == []


def test_every_condition_has_plain_words() -> None:
    """A clause that reads a new word needs a phrase for it in the notice."""
    assert set(PHRASES) == set(POLICIES.vocabulary.words())


@pytest.mark.duty("D22")
@pytest.mark.parametrize("page", ["notice.md", "record-of-processing.md", "agreements/northshire-1.md"])
def test_no_law_is_printed_as_fact(page: str) -> None:
    """Whatever a page says of law, powers, conditions or rights stands beside the word that a lawyer must confirm."""
    for paragraph in re.split(r"\n\n|\n(?=- )", PAGES[page]):
        if re.search(r"\bAct\b|\bGDPR\b|[Pp]owers? |\*\*Condition|your rights", paragraph) and "| " not in paragraph:
            assert CONFIRM in paragraph.replace("\n", " ")
