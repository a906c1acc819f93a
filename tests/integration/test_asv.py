"""asv itself, on releases of Sgkit and Hail and on both PLINKs: run, compare, publish."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks._harness import registry
from tools.common.errors import BusyError
from tools.environments import programs

pytestmark = pytest.mark.integration

FROZEN = ("--environment", "per-commit-pyauto-stackfrozen", "--record-samples", "--show-stderr")
SMOKE = r"\('smoke', 1\)"


def numbers(values: list | None) -> list[float]:
    """The measured values of a result: those that are neither failed nor n/a."""
    return [value for value in values or [] if value is not None and not math.isnan(value)]


@pytest.fixture(scope="module")
def releases(command: Callable) -> dict[str, str]:
    """Commit of each mirrored release by its name."""
    deadline = time.monotonic() + 600
    while True:  # data sets are shared with the tested checkout, where another run may make one
        prepared = command("python", "-m", "tools", "datasets", "prepare", "smoke")
        if prepared.returncode != BusyError.exit_code or time.monotonic() > deadline:
            break
        time.sleep(5)
    assert prepared.returncode == 0, prepared.stdout + prepared.stderr
    updated = command("python", "-m", "tools", "upstreams", "update", "--source", "index")
    assert updated.returncode == 0, updated.stdout + updated.stderr
    listed = command("python", "-m", "tools", "upstreams", "list", "--json")
    return {f"{c['tool']}/{c['version']}": c["hash"] for c in json.loads(listed.stdout)}


@pytest.fixture(scope="module")
def measured(command: Callable, releases: dict[str, str]) -> dict[str, str]:
    """Two Sgkit releases and one Hail release, measured on the smoke data."""
    metrics = "(time_compute|track_error|track_input_reads)"
    sgkit = rf"allele_frequency\.(Sgkit\.{metrics}|Plink2?\.time_end_to_end){SMOKE}"
    for name, bench in (
        ("sgkit/0.5.0..sgkit/0.7.0", sgkit),
        ("hail/0.2.120^!", rf"allele_frequency\.Hail\.time_end_to_end{SMOKE}"),
    ):
        done = command("asv", "run", name, *FROZEN, "--bench", bench)
        assert done.returncode == 0, done.stdout + done.stderr
    return releases


def test_sgkit_is_measured_and_right(measured: dict[str, str], results: Callable) -> None:
    for release in ("sgkit/0.6.0", "sgkit/0.7.0"):
        values = results(measured[release])
        assert len(numbers(values["allele_frequency.Sgkit.time_compute"])) == 1
        (error,) = numbers(values["allele_frequency.Sgkit.track_error"])
        assert error < 1e-6
        (reads,) = numbers(values["allele_frequency.Sgkit.track_input_reads"])
        assert reads >= 1


def test_hail_is_measured_and_right(measured: dict[str, str], results: Callable) -> None:
    """A wrong answer would have failed the timing."""
    values = results(measured["hail/0.2.120"])
    assert len(numbers(values["allele_frequency.Hail.time_end_to_end"])) == 1


@pytest.mark.parametrize("tool", registry.programs())
def test_a_program_runs_beside_sgkit(
    tool: str, measured: dict[str, str], results: Callable
) -> None:
    values = results(measured["sgkit/0.7.0"])
    name = f"allele_frequency.{registry.TOOLS[tool].__name__}.time_end_to_end"
    assert len(numbers(values[name])) == (programs.find(tool) is not None)


def test_a_hail_class_does_not_apply_to_sgkit(measured: dict[str, str], results: Callable) -> None:
    assert not any(".Hail." in name for name in results(measured["sgkit/0.7.0"]))


def test_locks_samples_and_provenance_are_kept(measured: dict[str, str], checkout: Path) -> None:
    commit = measured["sgkit/0.7.0"]
    (path,) = checkout.glob(f"results/*/provenance/{commit[:8]}-*.jsonl")
    line = json.loads(path.read_text().splitlines()[-1])
    lock = (checkout / "results" / "locks" / f"{line['lock']}.txt").read_text()
    assert "numpy==1.26.4" in lock
    assert line["version"] == "0.7.0"
    (result,) = checkout.glob(f"results/*/{commit[:8]}-*.json")
    data = json.loads(result.read_text())
    row = data["results"]["allele_frequency.Sgkit.time_compute"]
    samples = dict(zip(data["result_columns"], row, strict=False))["samples"]
    assert any(len(some) >= 3 for some in samples if some)


def test_compare_and_publish(measured: dict[str, str], command: Callable, checkout: Path) -> None:
    compared = command("asv", "compare", "sgkit/0.6.0", "sgkit/0.7.0")
    assert "allele_frequency.Sgkit.time_compute" in compared.stdout
    published = command("asv", "publish", "--no-pull")
    assert published.returncode == 0, published.stdout + published.stderr
    index = json.loads((checkout / "html" / "index.json").read_text())
    assert set(index["params"]["branch"]) == {"sgkit", "hail", "dask"}
    assert (checkout / "html" / "commit.html").exists()


def test_an_unknown_release_is_one_clear_message(
    measured: dict[str, str], command: Callable
) -> None:
    done = command("asv", "run", "sgkit/99.0^!", *FROZEN)
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "sgkit/99.0" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (("TAGS",), "HASHFILE", 2),
        (("sgkit/0.7.0^!", "--parallel", "2"), "leave out --parallel", 1),
        (("sgkit/0.7.0^!", "--python", "3.11"), "leave out --python", 1),
    ],
)
def test_what_would_spoil_the_results_is_refused(
    releases: dict[str, str], command: Callable, arguments: tuple[str, ...], said: str, code: int
) -> None:
    done = command("asv", "run", *arguments, "--no-pull", "--bench", "sentinels")
    assert done.returncode == code
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
