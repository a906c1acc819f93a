"""What is measured already is left out; what does not apply is told, and asked again."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from asv.config import Config
from asv.results import Results
from asv.runner import BenchmarkResult

from tools.results import stored
from tools.study.profiles import points
from tools.study.profiles.points import Combination
from tools.study.profiles.profile import Part
from tools.study.running import progress, steps
from tools.study.running.steps import Step, StoredCombinations
from tools.upstreams.mirror import Commit

COMMIT = "c" * 40
ENV = "per-commit-pyauto-stackfrozen"


@pytest.fixture(autouse=True)
def everything_applies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "hindrance", lambda point: None)


@pytest.fixture
def conf(tmp_path: Path) -> Config:
    made = Config()
    made.results_dir = str(tmp_path)
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "machine.json").write_text('{"machine": "m", "version": 1}')
    return made


def step_of(*chosen: Combination, attributes: tuple[str, ...] = ()) -> Step:
    part = Part.model_construct(
        name="p", summary="a part", stack="frozen", commits=["sgkit/0.4.0"], seconds=60,
        attributes=attributes, points=chosen,
    )  # fmt: skip
    commit = Commit.__new__(Commit)
    object.__setattr__(commit, "hash", COMMIT)
    object.__setattr__(commit, "tool", "sgkit")
    object.__setattr__(commit, "version", "0.4.0")
    return Step(part, commit)


def some(metric: str, of: str = "scaling.Sgkit", **chosen: Sequence[Any]) -> list[Combination]:
    return list(points.select(of, metric, chosen))


def save(
    folder: Path,
    point: Combination,
    value: float | None,
    version: str | None = None,
    samples: int = 0,
) -> None:
    """The result and provenance of one point, as a run leaves them."""
    described = point.described()
    size = 1
    for values in described["params"]:
        size *= len(values)
    column: list[Any] = [float("nan")] * size
    column[point.index or 0] = value
    kept: list[Any] = [None] * size
    if samples:
        kept[point.index or 0] = [value] * samples
    result = Results({"machine": "m"}, {}, COMMIT, 1, "auto", ENV, {})
    result.load_data(str(folder))
    result.add_result(
        {**described, "version": version or described["version"]},
        BenchmarkResult(column, kept, kept, 0, "", None),
        selected_idx=[point.index or 0],
        record_samples=True,
    )
    result.save(str(folder))
    if value is not None:
        provenance = folder / "m" / "provenance" / f"{COMMIT[:8]}-{ENV}.jsonl"
        provenance.parent.mkdir(parents=True, exist_ok=True)
        with provenance.open("a") as stream:
            line = {"benchmark": str(point.key), "commit": COMMIT, "stack": "frozen"}
            stream.write(json.dumps(line) + "\n")


def test_what_has_a_value_is_not_measured_again(conf: Config, tmp_path: Path) -> None:
    one, two = some("time_compute", task=["pca"], data=["smoke"], cores=[1, 2])
    step, measured = step_of(one, two), StoredCombinations(conf, "m")
    assert measured.missing(step) == [one, two]
    save(tmp_path, two, 1.5)
    assert measured.missing(step) == [one]
    save(tmp_path, one, 2.5)
    assert measured.missing(step) == []


def test_what_has_fewer_samples_than_are_asked_for_is_measured_again(
    conf: Config, tmp_path: Path
) -> None:
    (one,) = some("time_compute", task=["pca"], data=["smoke"], cores=[1])
    step, measured = (
        step_of(one, attributes=("repeat=3", "warmup_time=0")),
        StoredCombinations(conf, "m"),
    )
    save(tmp_path, one, 1.5, samples=2)
    assert measured.missing(step) == [one]
    assert measured.missing(step_of(one)) == []
    save(tmp_path, one, 1.5, samples=3)
    assert measured.missing(step) == []


def test_what_failed_or_did_not_apply_is_asked_again(conf: Config, tmp_path: Path) -> None:
    one, two = some("time_compute", task=["pca"], data=["smoke"], cores=[1, 2])
    save(tmp_path, one, None)
    save(tmp_path, two, float("nan"))
    measured = StoredCombinations(conf, "m")
    assert measured.missing(step_of(one, two)) == [one, two]
    assert measured.failed(step_of(one, two), [one, two]) == [one]


def test_a_line_of_provenance_that_was_cut_short_is_no_answer(
    conf: Config, tmp_path: Path
) -> None:
    one, two = some("time_compute", task=["pca"], data=["smoke"], cores=[1, 2])
    save(tmp_path, one, 1.5)
    (provenance,) = tmp_path.glob("m/provenance/*.jsonl")
    with provenance.open("a") as stream:
        stream.write('{"benchm')
    assert StoredCombinations(conf, "m").failed(step_of(one, two), [one, two]) == [two]


def test_an_older_version_of_a_benchmark_does_not_count(conf: Config, tmp_path: Path) -> None:
    (one,) = some("time_compute", task=["pca"], data=["smoke"], cores=[1])
    save(tmp_path, one, 1.5, version="0")
    assert StoredCombinations(conf, "m").missing(step_of(one)) == [one]


def test_a_count_that_has_no_value_is_not_counted_again(conf: Config, tmp_path: Path) -> None:
    """The time lost by runs of which none finished."""
    (one,) = some(
        "track_time_lost", "survival.Sgkit", task=["pca"], data=["smoke"], nodes=[1],
        layout=["1x1"], trouble=["none"], settings=["study"],
    )  # fmt: skip
    assert StoredCombinations(conf, "m").missing(step_of(one)) == [one]
    save(tmp_path, one, float("nan"))
    assert StoredCombinations(conf, "m").missing(step_of(one)) == []


def test_what_does_not_apply_is_not_measured(
    conf: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = some("time_compute", task=["pca"], data=["smoke"], cores=[1, 16])
    monkeypatch.setattr(
        steps, "hindrance", lambda point: NotImplementedError() if point["cores"] == 16 else None
    )
    assert StoredCombinations(conf, "m").missing(step_of(one, two)) == [one]


def test_nothing_is_stored_where_nothing_was_measured(conf: Config) -> None:
    assert stored.results(conf, "m", COMMIT, ENV) is None
    assert not stored.is_number(None)
    assert not stored.is_number(float("nan"))
    assert stored.is_number(0.0)


def test_the_estimate_is_that_of_the_points_that_are_left() -> None:
    step = step_of(*some("time_compute", task=["pca"], data=["smoke"], cores=[1, 2, 4]))
    assert step.seconds(1) == 20


def test_leaving_a_data_set_out() -> None:
    part = step_of(*some("time_compute", task=["pca"], data=["smoke", "sim-1k"], cores=[1])).part
    kept = steps.without(part, ["sim-1k"])
    assert [point["data"] for point in kept.points] == ["smoke"]
    assert kept.seconds == 30


def test_answered_points_are_read_from_the_ledger(tmp_path: Path) -> None:
    def add(text: str) -> None:
        with ledger.open("a") as stream:
            stream.write(text)

    ledger = tmp_path / "ledger.jsonl"
    assert progress.Answers(ledger).more() == []
    add(json.dumps({"benchmark": "old-1", "phase": "process"}) + "\n")
    answers = progress.Answers(ledger)
    for phase in ("start", "measure", "process"):
        add(json.dumps({"benchmark": "a-1", "phase": phase}) + "\n")
    add('{"benchmark": "b-2", "pha')
    assert answers.more() == ["a-1"]
    assert answers.more() == []
    add('se": "process"}\n{"cut sh\n')
    assert answers.more() == ["b-2"]


def test_a_point_selects_itself_alone() -> None:
    one, two = some("time_compute", task=["pca"], data=["smoke"], cores=[1, 16])
    assert re.search(one.pattern(), one.shown())
    assert not re.search(one.pattern(), two.shown())
    assert str(one.key) == "scaling.Sgkit.time_compute(cores=1, data='smoke', task='pca')"
    (sentinel,) = some("time_file_read", "sentinels.Machine")
    assert str(sentinel.key) == sentinel.shown() == "sentinels.Machine.time_file_read"
    assert sentinel.needs() is None


def test_the_data_that_a_point_reads() -> None:
    (tiles,) = some(
        "time_compute", "sharding.Sgkit", task=["pca"], data=["smoke"], chunks=["rows"], cores=[1]
    )
    assert tiles.needs() == ("smoke", "zarr:250x200")
    (plink,) = some("peakmem_tree", "scaling.Plink", task=["pca"], data=["smoke"], cores=[1])
    assert plink.needs() == ("smoke", "bed")
