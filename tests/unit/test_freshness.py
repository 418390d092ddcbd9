"""Freshness: how old a fact is since somebody last stood behind it, and who is asked whether it is still so."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from consumers.case_views import CaseViews
from consumers.freshness import prompt_for
from consumers.practice import Pack
from consumers.rows import from_row
from hub.ports import FactRow
from property.memory import MemoryViews
from schemas.disclosures import Disclosure
from schemas.views import Fact
from support.partnership import HOUSING, POLICE, PROBATION

RECORD = UUID(int=1)
PACK = Pack(pack="anywhere", version=3, freshness={"contact": 28, "status/health": 91})
LEVEL, OTHER_LEVEL = "supervision.contact.stepped_up", "supervision.contact.stepped_down"
SAID = {"source": PROBATION, "occurred_at": "2026-01-01T09:00:00+00:00", "level": "intensive", "person": "Fictional T"}
STILL_SO, TAKEN_BACK = "trust.update.reaffirmed", "trust.update.withdrawn"


def message(number: int) -> UUID:
    """The id of a message."""
    return UUID(int=1000 + number)


def told(number: int, kind: str, agency: str = PROBATION, **fields: Any) -> Disclosure:
    """A disclosure, under its message number."""
    return Disclosure(agency, message(number), kind, "bundle", RECORD, fields)


def about(number: int, kind: str, earlier: int = 1, **fields: Any) -> Disclosure:
    """A disclosure about an earlier message."""
    return told(number, kind, update=str(message(earlier)), **fields)


LEVEL_SAID = told(1, LEVEL, **SAID)


def rows(*disclosures: Disclosure) -> Mapping[str, FactRow]:
    """The view after these, by the names of its facts."""
    views = MemoryViews()
    for seq, each in enumerate(disclosures, 1):
        CaseViews().apply(views, seq, each)  # type: ignore[arg-type]  # it keeps what is needed
    return {row.fact: row for row in views.facts.values()}


def contact(*disclosures: Disclosure) -> Fact:
    """What the view says of the level of contact after these."""
    return from_row(rows(*disclosures)["contact"])


@pytest.mark.requirement("IX14")
@pytest.mark.parametrize(
    ("later", "stood_on"),
    [
        ([], "2026-01-01"),
        ([about(2, STILL_SO, occurred_at="2026-02-01T10:00:00+00:00")], "2026-02-01"),
        ([about(2, STILL_SO, occurred_at="2026-02-01")], "2026-02-01"),
        ([about(2, STILL_SO)], "2026-01-01"),
        ([about(2, STILL_SO, occurred_at="2026-02-01"), about(3, STILL_SO, occurred_at="2026-01-20")], "2026-02-01"),
        ([about(2, STILL_SO, earlier=9, occurred_at="2026-02-01")], "2026-01-01"),
        ([about(2, "trust.fact.confirmed", occurred_at="2026-02-01")], "2026-02-01"),
        ([about(2, "trust.update.confirmed", occurred_at="2026-02-01", stands="confirmed")], "2026-01-01"),
        ([about(2, "trust.update.corrected", occurred_at="2026-02-01", corrected={"level": "light"})], "2026-01-01"),
    ],
    ids=[
        "said",
        "said again",
        "by the day",
        "without a day",
        "heard late",
        "of another",
        "D12",
        "by time",
        "corrected",
    ],
)
def test_a_fact_is_as_old_as_the_last_word_for_it(later: list[Disclosure], stood_on: str) -> None:
    """A fact was last confirmed when it happened, or when somebody who stands behind it said so, in whatever order that
    is heard; what settles by time alone, and a correction, confirm nothing.
    """
    fact = contact(LEVEL_SAID, *later)
    assert fact.stood_on == stood_on
    assert fact.occurred_at == "2026-01-01T09:00:00+00:00"


def test_a_reaffirmation_changes_nothing_else() -> None:
    """What a fact says and how certain it is stays as it was, and it gets no row of its own."""
    before, after = (rows(LEVEL_SAID, *later) for later in ([], [about(2, STILL_SO, occurred_at="2026-02-01")]))
    assert before.keys() == after.keys()
    same = {"confirmed_on": None}
    assert from_row(after["contact"]).model_copy(update=same) == from_row(before["contact"])


DIED, LEFT = told(8, "custody.person.died", source=POLICE), told(8, "programme.person.deselected")
BACK = told(9, "programme.cohort.decided", cohort="Fixed", occurred_at="2026-03-01")


@pytest.mark.duty("D5")
@pytest.mark.parametrize(
    ("heard", "said_on"),
    [
        ([LEVEL_SAID], "2026-01-01"),
        ([told(1, LEVEL, HOUSING, **SAID)], None),
        ([LEVEL_SAID, about(2, STILL_SO, occurred_at="2026-02-01")], "2026-02-01"),
        ([LEVEL_SAID, told(2, OTHER_LEVEL, **SAID | {"occurred_at": "2026-02-03"})], "2026-02-03"),
        ([LEVEL_SAID, told(2, LEVEL, **SAID | {"occurred_at": "2026-02-03", "source": "northshire-iom-unit"})], None),
        ([LEVEL_SAID, about(2, TAKEN_BACK, stands="no_longer_stands", reason="error")], None),
        ([LEVEL_SAID, DIED], None),
        ([DIED, LEVEL_SAID], None),
        ([LEVEL_SAID, DIED, about(2, TAKEN_BACK, earlier=8, stands="no_longer_stands")], "2026-01-01"),
        ([LEVEL_SAID, LEFT], None),
        ([LEFT, LEVEL_SAID, about(2, STILL_SO, occurred_at="2026-02-01")], None),
        ([LEVEL_SAID, LEFT, BACK], "2026-01-01"),
    ],
    ids=[
        *(
            "its own",
            "another's",
            "still so",
            "a later one",
            "a later one of another",
            "taken back",
            "died",
            "was dead",
        ),
        *("did not die", "left", "had left", "came back"),
    ],
)
def test_only_its_own_word_that_still_stands_makes_somebody_asked(heard: list[Disclosure], said_on: str | None) -> None:
    """The day from which a partner is asked: that of its own last word, for as long as that stands; nobody is asked for
    what others said, of the dead, and of whoever left the programme.
    """
    found = rows(*heard).get("contact")
    assert found
    assert found.said_on == (date.fromisoformat(said_on) if said_on else None)


def test_an_event_is_as_it_was() -> None:
    """What happened and what has ended grows old without anybody being asked."""
    found = rows(
        told(1, "supervision.appointment.missed", source=PROBATION, occurred_at="2026-01-01"),
        told(2, "accommodation.placement.ended", source=PROBATION, occurred_at="2026-01-01"),
    )
    assert [row.said_on for row in found.values()] == [None, None]


@pytest.mark.requirement("IX14")
@pytest.mark.parametrize(("today", "asked"), [("2026-01-29", False), ("2026-01-30", True), ("2026-06-01", True)])
def test_the_owner_is_asked_past_the_age_of_the_pack(today: str, asked: bool) -> None:
    """On the day after the last one that the pack allows, with the days, the pack and its version; the same day and the
    same facts are asked alike, and a level that was said to stand still is no longer asked for.
    """
    fact, day = contact(LEVEL_SAID), date.fromisoformat(today)
    prompt = prompt_for(fact, PACK, day)
    assert bool(prompt) is asked
    confirmed = contact(LEVEL_SAID, about(2, STILL_SO, occurred_at=today))
    assert prompt_for(confirmed, PACK, day) is None
    if prompt:
        tomorrow = prompt_for(fact, PACK, day + timedelta(days=1))
        assert tomorrow
        assert tomorrow.prompt_id == prompt.prompt_id
        assert (prompt.past_age.days, prompt.past_age.pack, prompt.past_age.version) == (28, "anywhere", 3)


def test_a_question_reads_like_one() -> None:
    """Whom it is about, what was said, when, and how long ago that is."""
    prompt = prompt_for(contact(LEVEL_SAID), PACK, date(2026, 4, 6))
    assert prompt
    assert prompt.question == (
        "Fictional T: on 2026-01-01, 95 days ago, you last said how the level of contact stands. Is it still so?"
    )


def test_a_second_age_is_a_second_question() -> None:
    """Once answered and grown old again, it is asked anew."""
    again = contact(LEVEL_SAID, about(2, STILL_SO, occurred_at="2026-02-01"))
    asked = [prompt_for(fact, PACK, date(2026, 6, 1)) for fact in (contact(LEVEL_SAID), again)]
    assert asked[0]
    assert asked[1]
    assert asked[0].prompt_id != asked[1].prompt_id


def test_what_has_ended_is_never_past_its_age() -> None:
    """The end of a placement speaks of where somebody lives, and stays as it was however long ago that is."""
    homes = Pack(pack="homes", version=1, freshness={"accommodation": 28})
    moved_in, moved_out = (
        from_row(rows(told(1, f"accommodation.placement.{what}", **SAID))["accommodation"])
        for what in ("started", "ended")
    )
    assert [bool(homes.past_age(fact, date(2026, 6, 1))) for fact in (moved_in, moved_out)] == [True, False]


def test_what_the_pack_does_not_name_is_never_past_its_age() -> None:
    """A partnership that sets no figure asks for nothing."""
    names_only = Pack(pack="names-only", version=1, freshness={})
    assert prompt_for(contact(LEVEL_SAID), names_only, date(2036, 1, 1)) is None
    assert names_only.asks_before(date(2036, 1, 1)) == {}
