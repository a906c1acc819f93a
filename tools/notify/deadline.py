"""A limit for the time of one send, however its server behaves.

The time-out of a socket begins again with each byte, and looking up a name has none. So each call
runs in a thread of its own. A thread that is late is left to itself and ends with the process.
"""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

SECONDS = 60.0  # for one send, with all of its requests

_Result = TypeVar("_Result")


class Deadline:
    """The end of one send."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """The seconds that are left; 0 after the deadline."""
        return max(0.0, self._end - time.monotonic())

    def run(self, call: Callable[[], _Result]) -> _Result:
        """The result of a call, or its error; TimeoutError if it is late."""
        results: list[_Result] = []
        errors: list[BaseException] = []

        def work() -> None:
            try:
                results.append(call())
            except BaseException as error:
                errors.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(self.left)
        if results:
            return results[0]
        raise errors[0] if errors else TimeoutError("it took too long")
