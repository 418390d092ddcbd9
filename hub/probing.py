"""Probing: whether a process is ready for work. Each question is asked anew, and an answer that does not come is no."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Generic, Literal, NamedTuple, TypeVar

ANSWER_SECONDS = 2.0
"""How long all questions together may take."""

K = TypeVar("K")
T = TypeVar("T")
Ask = Callable[[], bool]
"""Whether something is as it should be; what it raises is no."""


class Found(NamedTuple):
    """What keeps a process from being ready, and what is only worth knowing, each by its question's name."""

    causes: tuple[str, ...]
    degraded: tuple[str, ...]

    @property
    def status(self) -> Literal["ready", "degraded", "not ready"]:
        """In a word. Degraded is ready."""
        return "not ready" if self.causes else "degraded" if self.degraded else "ready"


class Question(Generic[T]):
    """One question. While it is not answered it is not asked again, so a part that hangs holds one thread."""

    def __init__(self, ask: Callable[[], T]) -> None:
        """Nothing is asked yet."""
        self._ask = ask
        self._thread: threading.Thread | None = None
        self._said: T | None = None

    def begin(self) -> None:
        """Ask, unless the answer to the last one is still out."""
        if self._thread is None or not self._thread.is_alive():
            self._said = None
            self._thread = threading.Thread(target=self._run, name="probe", daemon=True)
            self._thread.start()

    def answer(self, until: float) -> T | None:
        """The answer, if it comes in time; None for one that could not be given."""
        if self._thread:
            self._thread.join(max(0.0, until - time.monotonic()))
        return self._said

    def _run(self) -> None:
        try:
            self._said = self._ask()
        except Exception:  # noqa: BLE001  # whatever is wrong with a part, there is no answer
            self._said = None


def answers(questions: Mapping[K, Question[T]]) -> dict[K, T | None]:
    """What is answered in time, all being asked at once."""
    until = time.monotonic() + ANSWER_SECONDS
    for question in questions.values():
        question.begin()
    return {name: question.answer(until) for name, question in questions.items()}


class Probe:
    """All questions of one process."""

    def __init__(self, needed: Mapping[str, Ask], wished: Mapping[str, Ask]) -> None:
        """Without what is `needed` the process is not ready; without what is `wished` it is degraded."""
        self._needed = frozenset(needed)
        self._questions = {name: Question(ask) for name, ask in {**needed, **wished}.items()}
        self._turn = threading.Lock()

    def ask(self) -> Found:
        """The answers of this moment."""
        with self._turn:
            bad = [name for name, good in answers(self._questions).items() if not good]
        causes = tuple(name for name in bad if name in self._needed)
        return Found(causes, tuple(name for name in bad if name not in self._needed))
