"""A server that lies to a partner's kit: whatever it changes is named, and nothing of it is taken in."""

from pathlib import Path
from typing import Any

import pytest

from hub.chains import Tampered
from hub.ports import Forked, TryLater
from support.builders import an_arrest
from support.http import serving
from support.kits import opened, read_all, set_up
from support.lying import Twist, lying
from support.partnership import POLICE, PROBATION, Partnership


def changed(page: dict[str, Any]) -> dict[str, Any]:
    """One value is another."""
    page["records"][1]["elements"][-1]["value"] = "something else"
    return page


def emptied(page: dict[str, Any]) -> dict[str, Any]:
    """One record has other commitments, which fit a value of the liar's."""
    page["records"][-1]["commitments"], page["records"][-1]["elements"] = [], []
    return page


def forged(page: dict[str, Any]) -> dict[str, Any]:
    """A record more than the hub ever signed for."""
    page["records"].append(page["records"][-1] | {"seq": page["records"][-1]["seq"] + 1})
    page["signed"] = None
    return page


def shortened(page: dict[str, Any]) -> dict[str, Any]:
    """The last record is kept back."""
    return page | {"records": page["records"][:-1]}


def of_another(page: dict[str, Any]) -> dict[str, Any]:
    """Another feed's."""
    return page | {"feed": "00000000-0000-4000-8000-000000000000"}


def without_the_second(page: dict[str, Any]) -> dict[str, Any]:
    """One is missing in the middle."""
    return page | {"records": [each for each in page["records"] if each["seq"] != 2]}


def reordered(page: dict[str, Any]) -> dict[str, Any]:
    """The last comes first."""
    return page | {"records": page["records"][::-1]} if len(page["records"]) > 1 else page


def not_following(page: dict[str, Any]) -> dict[str, Any]:
    """A record hangs on another one than it did."""
    page["records"][1]["prev"] = "00" * 32
    return page


LIES: list[tuple[Twist, type[Exception], str]] = [
    (changed, Tampered, "feed record 2: element"),
    (emptied, Tampered, "the commitments do not make its root"),
    (forged, Tampered, "has not signed for them"),
    (shortened, Forked, "does not fit that record"),
    (of_another, Tampered, "another feed than this kit's"),
    (without_the_second, TryLater, "feed record 2 is missing"),
    (reordered, Forked, "at feed record 1 does not fit that record"),
    (not_following, Forked, "feed record 2 does not follow"),
    (lambda _: b'{"feed": "', Tampered, "cut short"),
    (lambda _: {"anything": []}, Tampered, "no page of a feed"),
]


@pytest.mark.parametrize(("twist", "kind", "named"), LIES)
def test_a_lie_is_named(
    tmp_path: Path,
    partners: Partnership,
    person: dict[str, Any],
    twist: Twist,
    kind: type[Exception],
    named: str,
) -> None:
    """Whatever a server changes in a page, the kit says what is wrong and with which record, and takes in at most what
    lies before it and is genuine.
    """
    partners.publish(POLICE, "custody.person.arrested", {**person, **an_arrest()})
    with serving(partners.hub) as url, lying(url, twist) as liar:
        home = set_up(tmp_path / "kit", partners, url, POLICE)
        home.pin(home.pinned().model_copy(update={"hub": liar}))
        with opened(home) as kit:
            with pytest.raises(kind, match=named):
                read_all(kit)
            genuine = partners.hub.feed.read(POLICE, 0, 100)
            assert kit.feed.read(POLICE, 0, 100) == genuine[: kit.feed.head(POLICE)[0]]
            assert kit.feed.head(POLICE)[0] < len(genuine)


def test_a_page_of_another_partner_is_not_taken(tmp_path: Path, partners: Partnership, person: dict[str, Any]) -> None:
    """Another partner's page under this feed's name has no signature for this feed."""
    with serving(partners.hub) as url:
        home = set_up(tmp_path / "kit", partners, url, POLICE)
        mine = str(home.pinned().feed)
        other = set_up(tmp_path / "other", partners, url, PROBATION)
        with lying(url, lambda page: page | {"feed": mine}) as liar:
            home.pin(home.pinned().model_copy(update={"hub": liar}))
            home.keep_token(str(other.token()))
            with opened(home) as kit, pytest.raises(Tampered, match="has not signed for them"):
                read_all(kit)
