"""What puts something right is one transaction, too, whether it comes alone or in one batch with what was wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest

from contract.places import contents, received
from hub.receiving import Received
from schemas.receipts import Receipt
from support.builders import an_arrest
from support.partnership import DRUGS, HOSTEL, HOUSING, POLICE, PROBATION
from support.righting import ARREST, CORRECTED, ENDED, RECALLED, arrested
from support.seeing import Scene, scene


class Broken(Exception):
    """What a test breaks a unit of work with."""


@pytest.fixture(name="here")
def _here() -> Iterator[Scene]:
    with scene() as found:
        yield found


def remedies(here: Scene, arrest: UUID) -> list[Received]:
    """A correction, a recall and the end of every consent."""
    order = {"update": str(arrest), "recipients": [DRUGS], "ordered_by": "A Detective", "reason": "By mistake."}
    right = {"update": str(arrest), "of_kind": ARREST, "corrected": {"expected_until": "2026-03-04T08:30:00Z"}}
    return [
        received(here.partners, POLICE, CORRECTED, right),
        received(here.partners, POLICE, RECALLED, order),
        received(here.partners, PROBATION, ENDED, here.someone),
    ]


@contextmanager
def broken() -> Iterator[None]:
    with pytest.raises(Broken):
        yield


@pytest.mark.duty("D15")
def test_a_failure_puts_nothing_right_by_halves(here: Scene) -> None:
    """Everything is dropped, locked and written when it fails: not a byte of the store is another than before."""
    batch = remedies(here, arrested(here))
    before = contents(here.partners)
    with broken(), here.hub.store.unit() as unit:
        here.hub.acceptor.accept_in(unit, batch)
        raise Broken
    assert contents(here.partners) == before
    assert all(isinstance(result, Receipt) for result in here.hub.acceptor.accept(batch))
    assert here.hub.verify().problems == []


@pytest.mark.duty("D15")
def test_what_is_wrong_and_what_is_right_may_come_together(here: Scene) -> None:
    """An arrest, its correction, its recall and the end of consent come to the same in one batch."""
    arrest = uuid4()
    said = here.someone | an_arrest(expected_until="2026-03-03T08:30:00Z")
    wrong = received(here.partners, POLICE, ARREST, said, update_id=arrest)
    here.hub.acceptor.accept([wrong, *remedies(here, arrest)])
    assert here.sight(HOUSING).facts["custody"]["told"]["expected_until"] == "2026-03-04T08:30:00Z"
    assert "custody" not in here.sight(DRUGS).facts
    assert here.sight(HOSTEL).facts["custody"]["locked"]
    assert "2026-03-03" not in str(here.sight(HOUSING).feed)
    assert here.hub.verify().problems == []
