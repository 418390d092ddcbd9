"""Identifiers: parsed with their check letters, in one written form, and never by a look-alike."""

import pytest
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from schemas.identifiers import CHECK_LETTERS, Identifiers, check_letter, parse_cro, parse_pnc

THIS_YEAR = 2026


def pnc(year: str, serial: int) -> str:
    """A PNC number with its right check letter."""
    return f"{year}/{serial:07d}{check_letter(f'{year[-2:]}{serial:07d}')}"


def cro(serial: int, year: str) -> str:
    """A CRO number with its right check letter."""
    return f"{serial:06d}/{year}{check_letter(f'{year}{serial:06d}')}"


@pytest.mark.parametrize(
    ("digits", "letter"), [("000000000", "Z"), ("010000001", "Q"), ("990000001", "G"), ("230000000", "Z")]
)
def test_the_check_letter_is_the_remainder_by_twenty_three(digits: str, letter: str) -> None:
    """Year and serial number modulo 23 name one of twenty-three letters, without I, O and S."""
    assert check_letter(digits) == letter == CHECK_LETTERS[int(digits) % 23]
    assert not set("IOS") & set(CHECK_LETTERS)


@pytest.mark.parametrize("year", ["1979", "1999", "2001", "2026"])
@pytest.mark.parametrize("serial", [0, 1, 52, 987654, 9999999])
def test_a_pnc_number_has_one_form(year: str, serial: int) -> None:
    """With or without slash, in small letters, with spaces around: the same number is written the same."""
    written = pnc(year, serial)
    for form in (written, written.lower(), f"  {written} ", written.replace("/", "")):
        assert parse_pnc(form) == written


def test_a_pnc_number_may_lack_its_noughts() -> None:
    """A serial number written without its leading noughts is the same number."""
    written = pnc("2001", 52)
    assert parse_pnc(written.replace("0000052", "52")) == written


@pytest.mark.parametrize(
    ("short", "year"), [("00", "2000"), ("26", "2026"), ("27", "1927"), ("79", "1979"), ("99", "1999")]
)
def test_a_short_year_is_of_the_last_hundred_years(short: str, year: str) -> None:
    """A two-digit year lies in this century up to this year, and in the last one after it."""
    assert parse_pnc(pnc(short, 52), THIS_YEAR) == pnc(year, 52)
    assert parse_pnc(pnc(short, 52).replace("/", ""), THIS_YEAR) == pnc(year, 52)


def test_a_short_year_that_cannot_be_told_is_refused() -> None:
    """Without knowing this year nobody guesses a century."""
    with pytest.raises(PydanticCustomError, match="write all four digits"):
        parse_pnc(pnc("99", 52))


@pytest.mark.parametrize("serial", [1, 52, 987654])
def test_any_wrong_check_letter_is_refused(serial: int) -> None:
    """Of the letters of the alphabet exactly one fits a number."""
    number, right = pnc("2001", serial)[:-1], pnc("2001", serial)[-1]
    for letter in set("ABCDEFGHIJKLMNOPQRSTUVWXYZ") - {right}:
        with pytest.raises(PydanticCustomError, match="check letter"):
            parse_pnc(number + letter)


def test_a_digit_typed_wrong_is_noticed() -> None:
    """One digit changed in a PNC number no longer fits its check letter."""
    written = pnc("2001", 1234567)
    for place in (2, 3, *range(5, 12)):
        for digit in set("0123456789") - {written[place]}:
            with pytest.raises(PydanticCustomError):
                parse_pnc(written[:place] + digit + written[place + 1 :])


NO_PNC = ["", "/", "2001", "2001/", "2001/Z", "2001/12345678Z", "201/0000001Z", "2001/0000001", "20-01/1Z", "2001//1Z"]
OTHER_SCRIPTS = ["\u0662\u0660\u0660\u0661/0000001Q", "2001/000000\u0661Q", "2001/0000001\uff31", "2001/00 00001Q"]


@pytest.mark.parametrize("written", [*NO_PNC, *OTHER_SCRIPTS])
def test_what_is_no_pnc_number_is_refused(written: str) -> None:
    """Anything else than year, serial number and letter is refused, digits of other scripts among it."""
    with pytest.raises(PydanticCustomError):
        parse_pnc(written, THIS_YEAR)


@pytest.mark.parametrize("serial", [1, 123, 654321])
def test_a_cro_number_has_one_form(serial: int) -> None:
    """A standard file number is six digits, a year and a check letter, however it was typed."""
    written = cro(serial, "95")
    assert parse_cro(f" {written.lower()} ") == written
    assert parse_cro(written.lstrip("0")) == written


def test_a_cro_number_of_a_small_file() -> None:
    """A small-file number keeps its own form."""
    written = f"SF39/1234{check_letter('391234')}"
    assert parse_cro(written.lower()) == written


@pytest.mark.parametrize(
    "written", ["", "000001/95A", "SF39/1234A", "1234567/95A", "SF/1A", "\u0661/95A", "95/000001A"]
)
def test_what_is_no_cro_number_is_refused(written: str) -> None:
    """Another form or another letter is refused."""
    with pytest.raises(PydanticCustomError):
        parse_cro(written)


@pytest.mark.parametrize(
    ("name", "written", "canonical"),
    [("crn", " x990001 ", "X990001"), ("noms", "z0001zz", "Z0001ZZ"), ("crn", "X990001", "X990001")],
)
def test_other_identifiers_have_one_form(name: str, written: str, canonical: str) -> None:
    """Case and spaces around make no other person."""
    assert Identifiers(**{name: written}).pairs() == ((name, canonical),)


NO_CRN = ["X99000", "9900011", "XX90001", "X99000\u0661", "X9900011"]
NO_NOMS = ["Z001ZZ", "Z0001Z1", "00001ZZ", "Z\u0660001ZZ", "Z0001ZZZ"]


@pytest.mark.parametrize(
    ("name", "written"), [*(("crn", written) for written in NO_CRN), *(("noms", written) for written in NO_NOMS)]
)
def test_other_forms_are_refused_without_being_repeated(name: str, written: str) -> None:
    """The error names the form and never the value."""
    with pytest.raises(ValidationError) as refused:
        Identifiers(**{name: written})
    assert [error["type"] for error in refused.value.errors()] == [name]
    assert written not in refused.value.errors()[0]["msg"]


def test_nobody_is_identified_by_nothing() -> None:
    """At least one identifier must be given where identifiers are given."""
    with pytest.raises(ValidationError, match="needs one of"):
        Identifiers()
