"""What a night says while it works, and what of it did not work."""

from __future__ import annotations

from tools.notify import message


class NightLog:
    """Prints; `warnings` has the first line of each part that failed."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def say(self, text: str) -> None:
        """Print what upstream may have written some of."""
        print(message.harmless(text), flush=True)

    def warn(self, text: str) -> None:
        """Print that a part of the night failed, and keep it for the digest."""
        self.warnings.append(text.splitlines()[0])
        self.say(f"warning: {text}")
