"""`asv find` and `asv continuous`, on a made upstream that becomes slower at one commit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.toy import track

pytestmark = pytest.mark.integration

ENVIRONMENT = ("--environment", "per-commit-pyauto-stackfrozen")
BENCHMARK = "toy_task.Toy.time_compute"


@pytest.fixture(scope="module")
def commits(
    checkout: Path, command: Callable, tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """Hashes of eight commits, the release first; from the fifth on, the task is twice as slow."""
    upstream = track(checkout, tmp_path_factory.mktemp("upstream"))
    first = upstream.git("rev-parse", "HEAD")
    rest = [upstream.commit(factor) for factor in (1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0)]
    updated = command("python", "-m", "tools", "upstreams", "update")
    assert updated.returncode == 0, updated.stdout + updated.stderr
    return [first, *rest]


def test_find_names_the_commit(commits: list[str], command: Callable) -> None:
    done = command("asv", "find", "toy/0.1..toy", BENCHMARK, *ENVIRONMENT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Greatest regression found: {commits[4][:8]}" in done.stdout


def test_continuous_compares_two_commits(commits: list[str], command: Callable) -> None:
    slower = command(
        "asv", "continuous", commits[3], commits[4], *ENVIRONMENT, "--bench", BENCHMARK
    )
    assert BENCHMARK in slower.stdout
    assert "PERFORMANCE DECREASED" in slower.stdout
    assert slower.returncode == 1
    same = command("asv", "continuous", commits[4], commits[5], *ENVIRONMENT, "--bench", BENCHMARK)
    assert "PERFORMANCE DECREASED" not in same.stdout
    assert same.returncode == 0, same.stdout + same.stderr
