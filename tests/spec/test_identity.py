"""Identity, as stories (D12, D26, D27): where an update goes that names a number, after what was said of numbers.

A and B are on the programme. The number N stands on nobody's record; a named person finds that it is A's or B's.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from support.builders import a_missed_appointment
from support.fates import fate
from support.partnership import POLICE, PRISON, PROBATION, UNIT, Partnership, partnership, who

MISSED, CONFIRMED, WITHDRAWN = "supervision.appointment.missed", "trust.fact.confirmed", "trust.update.withdrawn"
LINKED, UNLINKED = "trust.identity.linked", "trust.identity.unlinked"
AGENCIES = {"police": POLICE, "prison": PRISON, "iom": UNIT, "probation": PROBATION}
PEOPLE = {"A": 1, "B": 2}
N = {"noms": "Z0777ZZ"}

STORIES = """
    what was said                                                    | N leads to
    -----------------------------------------------------------------+---------------
    nothing                                                          | unknown_person
    iom links A                                                      | A
    prison links A                                                   | unknown_person
    prison links A, prison confirms prison-A                         | unknown_person
    prison links A, iom confirms prison-A                            | A
    prison links A, police confirms prison-A                         | unknown_person
    iom links A, police unlinks iom-A                                | unknown_person
    iom links A, prison unlinks iom-A                                | A
    iom links A, iom unlinks iom-A                                   | unknown_person
    iom links A, iom takes back iom-A                                | unknown_person
    prison links A, iom confirms prison-A, prison takes back prison-A | unknown_person
    prison links A, iom confirms prison-A, iom unlinks prison-A      | unknown_person
    iom links A, iom unlinks iom-A, iom links B                      | B
    iom links A, iom links B                                         | A
    iom links A, iom links B, iom unlinks iom-A                      | unknown_person
    iom links A, police links A, iom confirms police-A, iom unlinks iom-A | A
"""
"""Whoever finds it may say so; it counts by the word of the IOM unit or the case lead (D12). Whoever may link and was
told of a link may undo it, at once; the prison is told of none. A booking that was moved is unlinked from one and
linked to the other. Who came first keeps a number: a second link takes it from nobody, and what was undone goes to
nobody by itself.
"""


class Story:
    """Two people with whom police, probation and prison work, and what is said of N."""

    def __init__(self, partners: Partnership) -> None:
        self.partners, self.links = partners, dict[str, UUID]()
        for number in (1, 2):
            person = partners.person(number)
            for agency in (POLICE, PROBATION, PRISON):
                partners.involve(person, agency)

    def tell(self, sentence: str) -> None:
        """One part of a row."""
        match sentence.split():
            case [agency, "links", person]:
                said = {"further": N, "ground": "records_compared", "decided_by": "A Clerk"}
                about = {"identifiers": who(PEOPLE[person])["identifiers"]}
                update = self.partners.publish(AGENCIES[agency], LINKED, about | said)
                self.links[f"{agency}-{person}"] = update
            case [agency, "confirms", link]:
                self._of(agency, link, CONFIRMED, "update", {})
            case [agency, "unlinks", link]:
                self._of(agency, link, UNLINKED, "link", {"decided_by": "A Clerk"})
            case [agency, "takes", "back", link]:
                self._of(agency, link, WITHDRAWN, "update", {"reason": "recorded_in_error"})

    def _of(self, agency: str, link: str, kind: str, name: str, more: dict[str, Any]) -> None:
        by, publisher = AGENCIES[agency], AGENCIES[link.partition("-")[0]]
        message = self.partners.hub.identity.message(by, publisher, self.links[link])
        self.partners.publish(by, kind, {name: str(self.links[link] if by == publisher else message)} | more)

    def where(self, **about: Any) -> str:
        """Where an appointment goes that names N: to one of the two, or why it is held."""
        missed = self.partners.publish(PROBATION, MISSED, {"identifiers": N} | about | a_missed_appointment())
        found = fate(self.partners, PROBATION, missed)
        if found != "placed":
            return found.removeprefix("held: ")
        told = self.partners.told(PROBATION, MISSED)[-1]
        people = {each["record"]: each["person"] for each in self.partners.told(PROBATION) if "person" in each}
        return next(name for name, number in PEOPLE.items() if people[told["record"]] == who(number)["person"])


@pytest.fixture(name="story")
def _story() -> Iterator[Story]:
    with partnership() as partners:
        yield Story(partners)


def rows() -> list[list[str]]:
    """The table above."""
    return [[cell.strip() for cell in line.split("|")] for line in STORIES.strip().splitlines()[2:]]


@pytest.mark.duty("D12")
@pytest.mark.duty("D27")
@pytest.mark.parametrize(("said", "leads_to"), rows())
def test_where_a_number_leads(story: Story, said: str, leads_to: str) -> None:
    """As the table says; and all of it verifies."""
    for sentence in said.split(", "):
        story.tell(sentence)
    assert story.where() == leads_to
    assert story.partners.hub.verify().problems == []
