"""The officer's story, as its page tells it: every command typed again on a hub with traffic."""

import os
import re
from pathlib import Path

import pytest

from support.storytelling import STORY, levelled, played, terminal

pytestmark = pytest.mark.system


@pytest.mark.duty("D14")
def test_the_officers_story(tmp_path: Path) -> None:
    """An officer proposes a clause and sees exactly three widening lines and what real traffic would tell; two roles
    sign, one is not enough; it takes effect, and the next arrest shows it to housing; it is rolled back, and the arrest
    after that does not; what was told stays told. The page shows what comes.
    """
    page = STORY.read_text(encoding="utf-8")
    came = played(page, tmp_path, terminal(os.environ))
    assert levelled(came) == levelled(page)
    wider = re.findall(r"^WIDER .* -> council_housing: (\w+): ", came, re.MULTILINE)
    assert sorted(wider) == ["arrested_at", "occurred_at", "station"]
    assert re.search(r"council-housing │ custody.person.arrested │ station +│ +3 │", came)
    assert "1 of the 2 roles that it needs have signed" in came
    first, again, second = re.findall(r"^[0-9]+ custody.person.arrested .*$", came, re.MULTILINE)
    assert "station=Northshire Central" in first
    assert again == first, "what was told stays told"
    assert "Testcase-06" in second
    assert "station" not in second
    assert "Sound: " in came
