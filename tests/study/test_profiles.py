"""The shipped profiles are whole, and a mistake in one is refused with its place."""

from pathlib import Path

import pytest

from benchmarks._harness import axis
from datasets import catalogue
from tools.common.errors import ConfigError, UsageError
from tools.study.profiles import profile
from tools.study.profiles.profile import Part, Profile

PART = """
[one]
summary = "one"
[[one.part]]
name = "first"
summary = "a part"
stack = "frozen"
commits = ["sgkit/0.4.0"]
seconds = 10
"""
BENCH = """
[[one.part.bench]]
of = ["scaling.Sgkit"]
metrics = ["time_end_to_end"]
task = ["pca"]
data = ["smoke"]
cores = [1, 2]
"""


def loaded(text: str, folder: Path) -> dict[str, Profile]:
    path = folder / "profiles.toml"
    path.write_text(text)
    return profile.load(path)


@pytest.fixture(scope="module")
def shipped() -> dict[str, Profile]:
    return profile.load()


def measured(parts: list[Part], name: str, cls: str) -> set:
    """The values of a parameter in all points of a class."""
    return {
        dict(point.parameters)[name]
        for part in parts
        for point in part.points
        if point.benchmark.split(".")[1] == cls and name in dict(point.parameters)
    }


def test_every_bench_selects_something_and_every_data_set_exists(
    shipped: dict[str, Profile],
) -> None:
    assert set(shipped) == {"small", "full"}
    for each in shipped.values():
        for part in each.parts:
            assert part.points, part.name
            for point in part.points:
                assert point.needs() is None or catalogue.find(point.needs()[0])


def test_small_covers_the_axes(shipped: dict[str, Profile]) -> None:
    parts = shipped["small"].parts
    today = [part for part in parts if part.stack != "study"]
    for cls in ("Sgkit", "Hail", "Plink"):
        assert measured(today, "task", cls) == set(axis.TASKS)
        assert {1, 2} <= measured(today, "cores", cls)
        assert {"warm", "cold"} <= measured(today, "cache", cls)
        assert measured(today, "setting", cls), "hyperparameters"
    for cls, shape in (("Sgkit", "chunks"), ("Hail", "partitions")):
        assert len(measured(today, shape, cls)) == 3
        assert measured(today, "nodes", cls) == {1, 2}
        assert len(measured(today, "layout", cls)) >= 2
        assert measured(today, "trouble", cls)
    for cls in ("Sgkit", "Hail"):
        assert measured([p for p in parts if p.stack == "study"], "task", cls) == set(axis.TASKS)
    names = {name for cls in ("Sgkit", "Hail", "Plink") for name in measured(today, "data", cls)}
    sizes = {(catalogue.find(name).n_samples, catalogue.find(name).variants) for name in names}
    assert len({samples for samples, variants in sizes if variants == 10_000}) >= 2
    assert len({variants for samples, variants in sizes if samples == 2504}) >= 2


def test_each_study_stack_point_is_measured_today_as_well(shipped: dict[str, Profile]) -> None:
    parts = shipped["small"].parts
    today = {point.key for part in parts if part.stack != "study" for point in part.points}
    then = {point.key for part in parts if part.stack == "study" for point in part.points}
    # but for clusters, where the study's own also runs rows, cold and more troubles: today's
    # take 12 s a call
    on_clusters = ("distributed", "survival")
    assert {key for key in then if not key.benchmark.startswith(on_clusters)} <= today


def test_a_part_has_its_points_and_seconds(tmp_path: Path) -> None:
    (part,) = loaded(PART + BENCH, tmp_path)["one"].parts
    shown = [point.shown() for point in part.points]
    assert shown == [
        "scaling.Sgkit.time_end_to_end('pca', 'smoke', 1)",
        "scaling.Sgkit.time_end_to_end('pca', 'smoke', 2)",
    ]
    assert part.seconds == 10


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PART, r"one\.part\[0\] \(first\)\.bench is missing"),
        (
            PART + BENCH.replace("[1, 2]", "[3]"),
            r"bench\[0\]: scaling.Sgkit has no cores 3; .*1, 2",
        ),
        (PART + BENCH.replace('"pca"', '"gwas"'), "no task 'gwas'; there are allele_frequency"),
        (PART + BENCH.replace("cores", "core"), "no parameter 'core'; it has task, data, cores"),
        (PART + BENCH.replace("smoke", "chr22"), "no data 'chr22'"),
        (
            PART + BENCH.replace("time_end_to_end", "time_first_call"),
            "no metric 'time_first",
        ),
        (PART + BENCH.replace("scaling.Sgkit", "scaling.Plonk"), "no benchmark class"),
        (PART + BENCH.replace("scaling.Sgkit", "scalding.Sgkit"), "no benchmark class"),
        (PART + BENCH.replace('["pca"]', '"pca"'), r"bench\[0\]\.task = 'pca': expected a list"),
        (
            PART + BENCH.replace('["pca"]', "[]"),
            r"bench\[0\]\.task = \[\]: expected at least 1 item",
        ),
        (
            PART.replace('"frozen"', '"thawed"') + BENCH,
            r"\(first\)\.stack = 'thawed': expected 'frozen', 'dated' or 'study'",
        ),
        (PART.replace("= 10", '= "long"') + BENCH, "seconds = 'long': expected a number"),
        (PART.replace("= 10", "= 0") + BENCH, "seconds = 0: expected a number above 0"),
        (
            PART.replace('["sgkit/0.4.0"]', '["0.4.0"]') + BENCH,
            r"commits\[0\] = '0\.4\.0': String should match",
        ),
        (PART + "colour = 1" + BENCH, "colour = 1: expected no such key"),
        ("[one]\nsummary = 'x'", r"one\.part is missing"),
        ("[one", "not valid TOML"),
    ],
)
def test_a_mistake_is_refused_with_its_place(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=words) as error:
        loaded(text, tmp_path)
    assert "profiles.toml: " in str(error.value)


def test_a_second_part_of_a_name_is_refused(tmp_path: Path) -> None:
    second = PART.split('summary = "one"')[1]
    with pytest.raises(ConfigError, match="two parts have the name 'first'"):
        loaded(PART + BENCH + second + BENCH, tmp_path)


def test_a_shape_that_a_data_set_does_not_have_is_refused(tmp_path: Path) -> None:
    bench = '[[one.part.bench]]\nof = ["distributed.Sgkit"]\nmetrics = ["time_end_to_end"]\n'
    with pytest.raises(ConfigError, match="no data 'sim-5k'"):
        loaded(PART + bench + 'data = ["sim-5k"]\n', tmp_path)


def test_unknown_profile_and_part(shipped: dict[str, Profile]) -> None:
    with pytest.raises(UsageError, match="no profile 'tiny'\n  there are: small, full"):
        profile.find("tiny")
    with pytest.raises(UsageError, match="small has no part x\n  there are: sgkit, hail, "):
        shipped["small"].only(["x"])
    assert [part.name for part in shipped["small"].only(["dask"]).parts] == ["dask"]
