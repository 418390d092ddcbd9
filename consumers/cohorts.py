"""Cohorts: somebody's place on the programme in a few words, as far as one partner was told (requirement CV8)."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from schemas.views import Fact, OnProgramme

COHORT = "cohort"
"""The fact that says it."""
_OF_AGE = 18


def on_programme(facts: Iterable[Fact], today: date) -> OnProgramme:
    """Which cohort, since when, statutory or not, youth or adult, or that somebody left. Pure."""
    usable = [fact for fact in facts if fact.stands]
    age_group = _age_group(usable, today)
    said = next((fact for fact in usable if fact.fact == COHORT), None)
    if said is None:
        return OnProgramme(age_group=age_group)
    if said.kind == "programme.person.deselected":
        return OnProgramme(since=said.occurred_at, age_group=age_group, left=True)
    cohort, statutory = said.free.get("cohort"), said.free.get("statutory")
    return OnProgramme(
        cohort=str(cohort) if cohort else None,
        since=said.occurred_at,
        statutory=statutory if isinstance(statutory, bool) else None,
        age_group=age_group,
    )


def _age_group(facts: Iterable[Fact], today: date) -> Literal["youth", "adult"] | None:
    """By the birth date that was told last; of a year alone only where it leaves no doubt."""
    born = [str(fact.free["date_of_birth"]) for fact in facts if "date_of_birth" in fact.free]
    return _by_birth(born[-1], today) if born else None


def _by_birth(born: str, today: date) -> Literal["youth", "adult"] | None:
    whole = len(born) == len("1990-01-01")
    last, first = (born, born) if whole else (f"{born}-12-31", f"{born}-01-01")
    if _years(last, today) >= _OF_AGE:
        return "adult"
    return "youth" if _years(first, today) < _OF_AGE else None


def _years(born: str, today: date) -> int:
    day = date.fromisoformat(born)
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))
