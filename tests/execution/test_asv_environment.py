"""What asv says at the end of a run that did not come to its end."""

from __future__ import annotations

import pytest

from tools.common.errors import DiskFullError, Interrupted, TrackerError, UsageError
from tools.execution.asv_environment import PerCommit


@pytest.mark.parametrize(
    ("error", "expected", "said"),
    [
        (KeyboardInterrupt(), Interrupted, "run the same command again"),
        (OSError(28, "No space left on device"), DiskFullError, "free some room"),
        (OSError(5, "Input/output error"), TrackerError, "Input/output error"),
    ],
)
def test_what_ends_a_benchmark_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, expected: type, said: str
) -> None:
    def measure(*_: object) -> None:
        raise error

    monkeypatch.setattr(PerCommit, "_measure", measure)
    with pytest.raises(expected, match=said):
        PerCommit.__new__(PerCommit).run(["benchmark.py", "run"])


def test_tags_are_refused_before_anything_is_listed_or_built() -> None:
    one = PerCommit.__new__(PerCommit)
    with pytest.raises(UsageError, match="HASHFILE"):
        one.install_project(None, None, "sgkit/0.7.0")
