"""The log of a night, with the failures that its digest and its record repeat."""

from collections.abc import Iterator
from contextlib import contextmanager

from tools.common import foreign_text
from tools.notify.night_record import Failure


class NightLog:
    """Prints; `failures` has the first line of each warning, with the part of the night."""

    def __init__(self) -> None:
        self.failures: list[Failure] = []
        self._part = "the night"

    @property
    def warnings(self) -> list[str]:
        return [failure.text for failure in self.failures]

    @contextmanager
    def part(self, failure: str) -> Iterator[None]:
        """A part of the night, named by what a warning in it means."""
        before, self._part = self._part, failure
        try:
            yield
        finally:
            self._part = before

    def say(self, text: str) -> None:
        """Print a text, without control characters that upstream may have put into it."""
        print(foreign_text.clean(text), flush=True)

    def warn(self, text: str) -> None:
        """Print a warning, and keep it for the digest."""
        self.note(text)
        self.say(f"warning: {text}")

    def note(self, text: str) -> None:
        """Keep a failure that is printed elsewhere."""
        self.failures.append(Failure(self._part, text.splitlines()[0]))
