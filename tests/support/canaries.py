"""Canaries: values that stand nowhere else, so that wherever one is found something of an update was written."""

import types
from datetime import date
from enum import Enum
from itertools import count
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AwareDatetime

from schemas.identifiers import check_letter


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
            "noms": f"Q{number:04d}QX",
        }
        self.texts += found.values()
        return found

    def text(self) -> str:
        """A word."""
        self.texts.append(f"Qzx{next(self._numbers):04d}Wvk")
        return self.texts[-1]

    def day(self) -> str:
        """A date that no test uses."""
        self.texts.append(str(date.fromordinal(date(1961, 1, 1).toordinal() + 37 * next(self._numbers))))
        return self.texts[-1]

    def moment(self) -> str:
        """A moment that no test uses."""
        return f"{self.day()}T03:17:{next(self._numbers) % 60:02d}+00:00"

    def value(self, form: Any) -> Any:
        """A canary of this form, or a sensible value where the form leaves no choice."""
        if isinstance(form, type):
            found = self._of_class(form)
        elif get_origin(form) is Annotated:
            found = self.value(get_args(form)[0])
        elif get_origin(form) in (Union, types.UnionType):
            found = self.value(next(each for each in get_args(form) if each is not type(None)))
        else:
            found = [self.value(get_args(form)[0])]
        return found

    def _of_class(self, form: type) -> Any:
        if issubclass(form, Enum):
            return next(iter(form)).value
        plain = {bool: False, int: 7, str: self.text, date: self.day, AwareDatetime: self.moment}
        found = plain[form]
        return found() if callable(found) else found
