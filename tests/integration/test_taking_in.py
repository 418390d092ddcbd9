"""What a partner's consumers take in from whoever has just appended it."""

from contextlib import closing
from pathlib import Path

import pytest

from support.partnership import POLICE, Partnership


@pytest.mark.parametrize(("ahead", "taken"), [(1, True), (2, False)])
def test_only_what_follows_at_once_is_taken_in_unread(tmp_path: Path, *, ahead: int, taken: bool) -> None:
    """Records behind a gap are left to whoever reads the feed."""
    with closing(Partnership(tmp_path).hub) as hub:
        hub.catch_up()
        hosted = hub.hosted[POLICE]
        stood = hosted.position or 0
        hosted.take_in([(stood + ahead, None)])
        assert hosted.position == stood + taken
