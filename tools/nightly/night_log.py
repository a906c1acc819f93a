"""The log of a night, with the warnings that its digest repeats."""

from tools.common import foreign_text


class NightLog:
    """Prints; `warnings` has the first line of each warning."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def say(self, text: str) -> None:
        """Print a text, without control characters that upstream may have put into it."""
        print(foreign_text.clean(text), flush=True)

    def warn(self, text: str) -> None:
        """Print a warning, and keep it for the digest."""
        self.warnings.append(text.splitlines()[0])
        self.say(f"warning: {text}")
