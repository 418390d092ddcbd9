"""Canaries: values that stand nowhere else, one for each place in each update; an update of any kind full of them."""

import types
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import count
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AwareDatetime
from pydantic.fields import FieldInfo

from schemas.identifiers import AgencyId, Identifiers, check_letter
from schemas.updates import KINDS
from support.partnership import DRUGS, EVERYONE, HOSTEL, HOUSING, POLICE, PRISON, PROBATION, START, UNIT
from support.signing import shipped


class Canaries:
    """Values that stand nowhere else, one for each place in each update."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.kept_nowhere: set[str] = set()
        """Those of updates that were discarded or rejected."""
        self._numbers = count(1)
        self.identifiers = [self._person(), self._person(), self._person()]

    def _person(self) -> dict[str, str]:
        """Identifiers of every form, with their check letters."""
        number = 4_711 + 97 * next(self._numbers)
        pnc, cro = f"{number:07d}", f"{number:06d}"
        found = {
            "pnc": f"1973/{pnc}{check_letter('73' + pnc)}",
            "cro": f"{cro}/73{check_letter('73' + cro)}",
            "crn": f"Q{number:06d}",
            "noms": f"Q{number % 10_000:04d}QX",
        }
        self.texts += found.values()
        return found

    def text(self) -> str:
        """A word."""
        self.texts.append(f"Qzx{next(self._numbers):04d}Wvk")
        return self.texts[-1]

    def day(self) -> str:
        """A date that no test uses."""
        return self._day(date(1961, 1, 1))

    def day_to_come(self) -> str:
        """A date that no test uses, long after it."""
        return self._day(date(2061, 1, 1))

    def _day(self, first: date) -> str:
        self.texts.append(str(date.fromordinal(first.toordinal() + 37 * next(self._numbers))))
        return self.texts[-1]

    def moment(self) -> str:
        """A moment that no test uses."""
        return f"{self.day()}T03:17:{next(self._numbers) % 60:02d}+00:00"

    def moment_to_come(self) -> str:
        """A moment that no test uses, long after it."""
        return f"{self.day_to_come()}T03:17:{next(self._numbers) % 60:02d}+00:00"

    def soon(self) -> str:
        """A moment two days after the start of every test, to a microsecond that no test uses."""
        at: datetime = START + timedelta(days=2, microseconds=next(self._numbers))
        self.texts.append(f"{at.microsecond:06d}Z")
        return f"{at:%Y-%m-%dT%H:%M:%S}.{self.texts[-1]}"

    def value(self, form: Any, turn: int = 0) -> Any:
        """A canary of this form; where it leaves no such choice, the value whose turn it is."""
        if isinstance(form, type):
            found = self._of_class(form, turn)
        elif get_origin(form) is Annotated:
            found = self.value(get_args(form)[0], turn)
        elif get_origin(form) is dict:
            name, number = get_args(form)
            found = {self.value(name): self.value(number, turn)}
        elif get_origin(form) in (Union, types.UnionType):
            found = self.value(next(each for each in get_args(form) if each is not type(None)), turn)
        else:
            found = [self.value(get_args(form)[0], turn)]
        return found

    def _of_class(self, form: type, turn: int) -> Any:
        if issubclass(form, Enum):
            return [each.value for each in form][turn % len(form)]
        if form is Identifiers:
            return self._person()
        plain = {bool: bool(turn % 2), int: turn, str: self.text, date: self.day, AwareDatetime: self.moment}
        found = plain[form]
        return found() if callable(found) else found


BY_HUB = sorted(kind for kind, policy in shipped().kinds.items() if {*policy.publishers} == {"hub"})
"""The kinds that only the hub publishes, when their time has come."""
ANYTHING = "custody.person.arrested"
"""What is referred to where any kind will do."""


def published_by(kind: str) -> str:
    """The agency that publishes this kind here: that of the earlier update if it may, else the first that may."""
    may = [agency for agency in _in_turn(kind) if shipped().partners[agency].kind in shipped().kinds[kind].publishers]
    earlier = published_by(about(kind)) if about(kind) else None
    return earlier if earlier in may else may[0]


def _in_turn(kind: str) -> Iterable[str]:
    first = (UNIT, PROBATION) if kind.startswith(("programme", "trust")) else ()
    return dict.fromkeys((*first, *EVERYONE, *shipped().partners))


def about(kind: str) -> str:
    """The kind of update that this kind refers to here; empty where it refers to none."""
    model = KINDS[kind]
    if not model.REFERS_TO:
        return ""
    return min(model.REFERS_TO_KINDS, default=ANYTHING)


def in_order() -> list[str]:
    """Every kind that agencies publish, each after what it is about; what closes or ends something comes last."""
    return sorted(KINDS.keys() - {*BY_HUB}, key=lambda kind: (kind in ENDS, _depth(kind), kind))


def _depth(kind: str) -> int:
    return 1 + _depth(about(kind)) if about(kind) else 0


ENDS = {
    "programme.agency.withdrew",
    "programme.case.transferred",
    "programme.person.deselected",
    "custody.person.died",
}
"""What would keep others from being told."""


def data(
    canaries: Canaries,
    kind: str,
    who: Mapping[str, Any],
    earlier: object = None,
    turns: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """An update of this kind with a canary in every field that can hold one; `turns` choose other values of fields."""
    model, found, turns = KINDS[kind], dict[str, Any](who), turns or {}
    for name, field in model.model_fields.items():
        if name == model.REFERS_TO:
            found |= {name: str(earlier)} if earlier else {}
        elif name not in ("record", "identifiers", "person", "date_of_birth"):
            found[name] = _said(canaries, kind, name, field, turns.get(name, 0))
    return found


def _said(canaries: Canaries, kind: str, name: str, field: FieldInfo, turn: int) -> Any:
    fixed = {
        "cohort": ["Fixed", "Flex"][turn % 2],  # a cohort that no rule knows shares nothing (D20)
        "of_kind": about(kind),
        "enforceable": turn % 2 == 0,  # first what can be evidence: a breach that names anything else is held (D7)
        "from_agency": [DRUGS, HOSTEL][turn % 2],
        "to_agency": [PROBATION, PRISON][turn % 2],
        **({"role": ["active", "lead", "referred", "none"][turn % 4]} if kind == "programme.case.transferred" else {}),
        "accept_from": 70 + turn,  # above the threshold that is another field's turn
    }
    if name in fixed:
        return fixed[name]
    if names_agencies(field):
        return _agencies(field, published_by(kind), turn)
    if name == "not_within":
        return [f"ZZ{turn % 10}"]  # a postcode's district leaves no room for a word that stands nowhere else
    if name == "corrected":
        return {"station": canaries.text(), "alleged_offence": canaries.text()}
    made = {"until": canaries.soon, **dict.fromkeys(("expires_on", "review_on", "ended_on"), canaries.day_to_come)}
    made["ends_at"] = canaries.moment_to_come  # whatever stands in the field before it
    return made[name]() if name in made else canaries.value(field.annotation, turn)


def names_agencies(field: FieldInfo) -> bool:
    """Whether the field holds an agency or several."""
    [rule] = AgencyId.__metadata__  # type: ignore[attr-defined]  # pydantic takes an outer `Annotated` apart
    return rule in field.metadata or AgencyId in get_args(field.annotation)


def _agencies(field: FieldInfo, publisher: str, turn: int) -> Any:
    if get_origin(field.annotation) is tuple:
        return list(EVERYONE[turn:])
    return [each for each in (HOUSING, POLICE, PROBATION) if each != publisher][turn % 2]
