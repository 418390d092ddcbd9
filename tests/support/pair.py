"""Two records of one person, and the links between them, said in sentences."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from hub.timers import fire_due
from support.builders import a_consent, an_arrest
from support.partnership import HOSTEL, HOUSING, POLICE, PROBATION, UNIT, Partnership, who

ARREST, CONFIRMED, WITHDRAWN = "custody.person.arrested", "trust.fact.confirmed", "trust.update.withdrawn"
AGENCIES = {"police": POLICE, "iom": UNIT, "probation": PROBATION}
SHORT = {HOUSING: "housing", HOSTEL: "hostel", PROBATION: "probation"}


class Pair:
    """Two records, and a link between them."""

    def __init__(self, partners: Partnership, *, born: str = "1990-01-01") -> None:
        self.partners = partners
        self.who = {"A": partners.person(1), "B": partners.person(2, born=born)}
        self.link, self.restriction = (UNIT, UUID(int=0)), UUID(int=0)
        for person in self.who.values():
            for agency in (PROBATION, POLICE):
                partners.involve(person, agency)
        partners.involve(self.who["A"], HOUSING, ("accommodation",))

    def tell(self, sentence: str) -> None:
        """One part of a row, a minute after the one before."""
        self.partners.clock.turn(minutes=1)
        match sentence.split():
            case [agency, "links", *late]:
                said = {"further": who(2)["identifiers"], "ground": "fingerprints", "decided_by": "A Clerk"}
                about = self.who["A"] | said
                at = self.partners.clock.now() - timedelta(days=10 if late else 0)
                link = self.partners.publish(AGENCIES[agency], "trust.identity.linked", about, at=at)
                self.link = AGENCIES[agency], link
            case [agency, "confirms"]:
                self._of_the_link(AGENCIES[agency], CONFIRMED, "update", {})
            case [agency, "takes", "back"]:
                self._of_the_link(AGENCIES[agency], WITHDRAWN, "update", {"reason": "recorded_in_error"})
            case [agency, "unlinks"]:
                self._of_the_link(AGENCIES[agency], "trust.identity.unlinked", "link", {"decided_by": "A Clerk"})
            case ["probation", "leads", person]:
                self.partners.involve(self.who[person], PROBATION, role="lead")
            case [person, "is", "closed"]:
                shut = {"restriction": "victim_safety", "open_to": [POLICE, UNIT, PROBATION]}
                shut |= {"set_by": "A Detective", "review_on": "2026-06-01"}
                self.restriction = self.partners.publish(POLICE, "trust.restriction.set", self.who[person] | shut)
            case ["that", "is", "lifted"]:
                lifted = {"restriction": str(self.restriction), "lifted_by": "A Detective"}
                self.partners.publish(POLICE, "trust.restriction.lifted", lifted)
            case [number, "days", "pass"]:
                self.let_pass(int(number))
            case ["the", "hostel", *_, person]:
                self.partners.publish(PROBATION, "trust.consent.given", self.who[person] | a_consent(HOSTEL))
                self.partners.involve(self.who[person], HOSTEL, ("accommodation",))

    def _of_the_link(self, by: str, kind: str, name: str, more: dict[str, Any]) -> None:
        publisher, update = self.link
        message = update if by == publisher else self.partners.hub.identity.message(by, publisher, update)
        self.partners.publish(by, kind, {name: str(message)} | more)

    def let_pass(self, days: int) -> None:
        """And what is due is done."""
        for _ in range(days):
            self.partners.clock.turn(days=1)
            while fire_due(self.partners.hub.acceptor):
                pass

    def views(self, agency: str) -> set[str]:
        """Whom an agency's view shows, by name."""
        self.partners.hub.catch_up()
        records = self.partners.hub.hosted[agency].views.records()
        names = {each["record"]: each["person"] for each in self.partners.told(agency) if each and "person" in each}
        return {names[str(record)] for record in records if str(record) in names}

    def arrested(self, person: str) -> set[str]:
        """Who is told of an arrest of one of them that happens now."""
        feed = self.partners.hub.feed
        before = {agency: feed.head(agency)[0] for agency in SHORT}
        self.partners.publish(POLICE, ARREST, self.who[person] | an_arrest())
        return {SHORT[each] for each in SHORT if feed.head(each)[0] > before[each]}
