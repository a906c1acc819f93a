"""Guidelines and verdicts from data whose truth is known, and silence where it is not."""

from __future__ import annotations

import re

import polars as pl

from tests.study.points_of import Row, point, table
from tools.study.analysis import findings, guidelines
from tools.study.analysis.findings import FINDINGS, Finding
from tools.study.analysis.guidelines import Guideline
from tools.study.page import tables
from tools.study.page.figures import FIGURES


def rule(points: pl.DataFrame, name: str) -> Guideline:
    [match] = [each for each in guidelines.derive(points) if each.id == name]
    return match


def finding(name: str) -> Finding:
    [match] = [each for each in FINDINGS if each.id == name]
    return match


def test_the_true_winners_are_named(today: pl.DataFrame) -> None:
    [plink] = rule(today, "tool-allele_frequency").sentences
    assert plink.startswith("PLINK: at all 8 conditions (200 to 2,504 samples; ")
    one, two = rule(today, "tool-pca").sentences
    assert one.startswith("PLINK: at 4 of 8 conditions")
    assert "; 1 core)" in one
    assert two.startswith("PLINK or Sgkit: at 4 of 8 conditions")  # no faster than 10 %
    [chunks] = rule(today, "chunks-cluster").sentences
    assert chunks.startswith("large-rows: at all")
    assert "1.3" in chunks
    [layout] = rule(today, "layout-dask").sentences
    assert layout.startswith("2x1: at all")


def test_what_makes_no_difference_is_said_to_make_none(today: pl.DataFrame) -> None:
    [partitions] = rule(today, "partitions-node").sentences
    assert partitions.startswith("No difference of more than 10 %: at all")
    assert rule(today, "settings").decided == 0


def test_noise_and_few_samples_decide_nothing() -> None:
    noisy = (0.5, 1.0, 2.0)
    own = [point(1, noisy, tool="sgkit", cores=1), point(1.5, noisy, tool="hail", cores=1)]
    [said] = rule(table(*own), "tool-pca").sentences
    assert said.startswith("The data do not decide: at the only condition")
    few = [point(1, (1.0,), tool="sgkit", cores=1), point(9, (9.0, 9.1), tool="hail", cores=1)]
    [said] = rule(table(*few), "tool-pca").sentences
    assert said.endswith("too few samples at 1 of them.")


def test_an_option_with_too_few_samples_is_not_recommended() -> None:
    own = [point(1, tool="sgkit", cores=1), point(3, tool="plink", cores=1),
           point(9, (9.0, 9.1), tool="hail", cores=1)]  # fmt: skip
    [said] = rule(table(*own), "tool-pca").sentences
    assert said.startswith("Sgkit: at the only condition")


def test_two_that_are_alike_stand_before_one_that_is_slower() -> None:
    own = [point(1, tool="sgkit", cores=1), point(1.01, tool="hail", cores=1),
           point(3, tool="plink", cores=1)]  # fmt: skip
    [said] = rule(table(*own), "tool-pca").sentences
    assert said.startswith("Hail or Sgkit: at the only condition")
    assert "3.00 times as fast as the next" in said


def test_one_option_alone_is_no_rule() -> None:
    assert guidelines.derive(table(point(1, cores=1))) == []


def test_a_cluster_is_compared_with_as_many_cores(today: pl.DataFrame) -> None:
    for choice in rule(today, "distributed").choices:
        rows = [
            (row["option"], row["cores"], row["nodes"], row["threads"]) for row in choice.ranking
        ]
        assert "one process" in [option for option, *_ in rows]
        for option, cores, nodes, threads in rows:
            assert (
                cores == choice.condition["cores"] == (cores if nodes is None else nodes * threads)
            )
            assert option == "one process" or option.startswith(f"{nodes} node")


def test_a_cluster_is_compared_on_the_same_chunks() -> None:
    cluster = {"experiment": "distributed", "nodes": 1, "layout": "1x1", "settings": "study"}
    own = [
        point(1, tool="sgkit", cores=1),
        point(2, tool="sgkit", cores=1, experiment="sharding", chunks="tiles"),
        point(3, tool="sgkit", cores=1, experiment="sharding", chunks="rows"),
        point(4, tool="sgkit", chunks="rows", **cluster),
        point(5, tool="sgkit", chunks="tiles", **cluster),
    ]
    chosen = rule(table(*own), "distributed").choices
    assert {c.condition["chunks"]: [row["value"] for row in c.ranking] for c in chosen} == {
        "tiles": [1, 5],
        "rows": [3, 4],
    }


def test_other_partitions_on_a_cluster_are_said() -> None:
    def options(data: str) -> list[str]:
        own = [
            point(1, tool="hail", data=data, cores=1),
            point(
                2, tool="hail", data=data, experiment="distributed",
                nodes=1, layout="1x1", partitions="few",
            ),
        ]  # fmt: skip
        [choice] = rule(table(*own), "distributed").choices
        return [row["option"] for row in choice.ranking]

    assert options("smoke") == ["one process", "1 node of 1x1"]
    assert options("1kg-chr21") == [
        "one process (90 partitions)",
        "1 node of 1x1 (960 partitions)",
    ]


def test_the_grid_says_what_the_rules_say(today: pl.DataFrame) -> None:
    shown = tables.tools(guidelines.derive(today))
    assert shown.head == ["Task", "Data", "1 core", "2 cores"]
    cells = {(str(r[0]), str(r[1])): r[2:] for r in shown.rows}
    one, two = cells["PCA", "200 samples x 2,000 variants"]
    assert (one[0], two[0]) == ("PLINK", "PLINK or Sgkit") or two[0] == "Sgkit or PLINK"


def test_the_grid_is_in_the_order_of_the_tasks_and_then_of_size() -> None:
    def size(data: str) -> dict[str, int]:
        return {"n_samples": 1, "n_variants": {"b": 10, "a": 200, "c": 3000}[data]}

    own = [
        point(value, tool=tool, task=task, data=data, cores=cores, **size(data))
        for task, data, cores in (
            ("pca", "a", 1), ("pca", "b", 2), ("hardy_weinberg", "c", 1), ("pca", "c", 1)
        )
        for tool, value in (("sgkit", 1), ("plink", 3))
    ]  # fmt: skip
    rows = tables.tools(guidelines.derive(table(*own))).rows
    assert [str(row[1]).split()[-2] for row in rows] == ["3,000", "10", "200", "3,000"]
    assert rows[0][0] == "HWE with filtering"
    assert rows[1][2] == "not measured"


def test_evidence_is_where_the_figures_named_show_it(
    today: pl.DataFrame, points: pl.DataFrame
) -> None:
    named = [
        (rule.id, rule.figures, [row["id"] for choice in rule.choices for row in choice.ranking])
        for rule in guidelines.derive(today)
    ]
    for edition in ("today", "study"):
        for each in FINDINGS:
            verdict = findings.judge(each, points.filter(edition=edition))
            named.append(
                (each.id, each.figures, [id for item in verdict.evidence for id in item.points])
            )
    shown = 0
    for name, figures, ids in named:
        own = points.filter(pl.col("id").is_in(ids))
        for figure in FIGURES:
            if ids and figure.id in figures:
                assert len(own.filter(figure.filter)), (name, figure.id)
                shown += 1
    assert shown > 50


def test_verdicts_of_the_made_study(points: pl.DataFrame) -> None:
    def words(name: str, edition: str) -> str:
        return findings.judge(finding(name), points.filter(edition=edition)).words

    assert words("order", "study").startswith("holds")
    assert words("order", "today").startswith("holds in part")
    for name in ("plink-flat", "linear", "plink-ols", "rows", "more-workers", "partitions"):
        assert words(name, "today").startswith("holds: "), name
        assert words(name, "today").count("not decided") == 0
    assert words("superlinear", "today").startswith("does not hold: 0 for")
    assert re.fullmatch(r"not seen in \d+ runs", words("stealing", "today"))
    assert words("fewer-workers", "today") == "not measured"


def test_reading_twice_is_seen() -> None:
    read = [
        point(value, (), experiment="filtering", metric="track_input_reads", cores=1, calls=calls)
        for value, calls in ((2.0, "two"), (1.0, "one"), (1.0, "two"))
    ]
    verdict = findings.judge(finding("reads"), table(*read))
    assert verdict.words == "holds in part: 2 for, 1 against"


def test_what_is_rare_is_seen_or_not_in_so_many_runs() -> None:
    def survived(trouble: str, finished: float, hung: float) -> list[Row]:
        axes = {"nodes": 1, "layout": "2x1", "trouble": trouble, "settings": "stealing"}
        return [
            point(value, (), experiment="survival", metric=metric, **axes)
            for metric, value in (("track_finished", finished), ("track_hung", hung))
        ]

    calm = survived("none", 1.0, 0.0)  # three runs
    verdict = findings.judge(finding("stealing"), table(*calm))
    assert verdict.words == "not seen in 3 runs"
    assert [item.agrees for item in verdict.evidence] == [None]
    hanging = survived("worker-killed", 0.5, 0.5)  # two: the second hung
    verdict = findings.judge(finding("stealing"), table(*calm, *hanging))
    assert verdict.words == "seen at 1 of 2 points in 5 runs"
    assert verdict.evidence[1].words == "PCA, worker-killed, stealing: 1 of 2 hung"


def test_noise_is_no_verdict() -> None:
    noisy = (0.5, 1.0, 2.0)
    axes = {"task": "allele_frequency", "nodes": 1, "layout": "1x1", "settings": "study"}
    own = [point(1, noisy, experiment="distributed", chunks=chunks, **axes)
           for chunks in ("tiles", "rows")]  # fmt: skip
    assert findings.judge(finding("rows"), table(*own)).words == "not decided"
