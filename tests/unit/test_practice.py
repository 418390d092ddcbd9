"""Packs of local practice: strict, and what is wrong with one is named by file, path and rule."""

from pathlib import Path

import pytest

from consumers.practice import SHIPPED, UnusablePractice, load

GOOD = "pack: elsewhere\nversion: 2\nfreshness: {contact: 14}\n"


@pytest.mark.requirement("IX14")
@pytest.mark.parametrize("name", sorted(each.stem for each in SHIPPED.glob("*.yaml")))
def test_the_shipped_packs_load(name: str) -> None:
    """Each pack loads by its name, and bears it."""
    assert load(name).pack == name


def test_nobody_invents_figures_for_fixed_flex_and_free() -> None:
    """Names only, until a partnership sets its own."""
    assert load("fixed-flex-free").freshness == {}


def test_a_partnership_writes_its_own(tmp_path: Path) -> None:
    """A file of one's own takes the place of a shipped one."""
    own = tmp_path / "own.yaml"
    own.write_text(GOOD)
    assert (load(str(own)).version, load(str(own)).freshness) == (2, {"contact": 14})


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (GOOD.replace("contact", "CANARY"), "freshness: names what does not grow old"),
        (GOOD.replace("14", "0"), "freshness.contact: Input should be greater than or equal to 1"),
        (GOOD.replace("14", "'14'"), "freshness.contact: Input should be a valid integer"),
        (GOOD.replace("elsewhere", "Else Where"), "pack: String should match pattern"),
        (GOOD + "CANARY: 1\n", "CANARY: Extra inputs are not permitted"),
        (GOOD.replace("version: 2\n", ""), "version: Field required"),
        ("[", "is not YAML"),
        ("- CANARY", "the file: Input should be a valid dictionary"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, said: str, named: str) -> None:
    """File, path and rule, and never the value."""
    own = tmp_path / "own.yaml"
    own.write_text(said)
    with pytest.raises(UnusablePractice) as wrong:
        load(str(own))
    assert f"{own}: {named}" in str(wrong.value)
    assert "CANARY" not in str(wrong.value).replace("CANARY: Extra", "")


def test_a_pack_that_is_not_there() -> None:
    """The shipped ones are named."""
    with pytest.raises(
        UnusablePractice, match=r"there is no such pack; shipped are fixed-flex-free, staffordshire-2014"
    ):
        load("nowhere-1066")
