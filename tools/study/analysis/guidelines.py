"""Guidelines from the data: which tool, shape, layout and settings, and how sure that is.

A rule compares options under conditions that are equal otherwise. It names the options that the
samples show to be ahead, and says so where they show nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from benchmarks._harness import registry, shapes
from datasets import catalogue
from tools.study import words
from tools.study.analysis import reference
from tools.study.analysis.comparisons import Choice, choose

_ONE = "one process"
_PREPARED = "tiles"  # the chunks that a data set is prepared in
_SIZE = ("n_samples", "n_variants")


@dataclass(frozen=True)
class Guideline:
    """What to take and for what, with the choices that it follows from."""

    id: str
    question: str
    choices: list[Choice]
    figures: tuple[str, ...]  # where the evidence is drawn

    @property
    def decided(self) -> int:
        """The number of conditions in which the data decide."""
        return sum(choice.decided for choice in self.choices)

    @property
    def sentences(self) -> list[str]:
        """A sentence for each outcome, the most frequent first; last what is not decided."""
        return _sentences(self.choices)


def derive(points: pl.DataFrame) -> list[Guideline]:
    """All rules for which there is anything to compare."""
    timed = points.filter(metric="time_end_to_end").with_columns(threads=threads())
    scaling = timed.filter(experiment="scaling")
    rules = []

    def add(id: str, question: str, own: pl.DataFrame, option: pl.Expr | str,
            equal: tuple[str, ...], figures: tuple[str, ...]) -> None:  # fmt: skip
        option = pl.col(option) if isinstance(option, str) else option
        rules.append(Guideline(id, question, choose(own, option, [*equal, *_SIZE]), figures))

    figures = {task: reference.figure(task) for task in words.TASKS}
    for task, label in words.TASKS.items():
        add(f"tool-{task}", f"Which tool for {label}?", scaling.filter(task=task),
            pl.col("tool").replace(words.TOOLS), ("task", "data", "cores"),
            (figures[task], "samples", "variants"))  # fmt: skip
    for tool, label in words.TOOLS.items():
        add(f"cores-{tool}", f"How many cores for {label}?", scaling.filter(tool=tool),
            _counted("cores", "core"), ("task", "data"), tuple(figures.values()))  # fmt: skip
    rules.append(Guideline("distributed", "One process, or a cluster with as many cores?",
                      _distributed(timed), ("dask", "spark")))  # fmt: skip
    equal = ("task", "data", "nodes", "settings")
    for tool, shape, engine, of_shape, of_layout in (
        ("sgkit", "chunks", "dask", ("2.12", "2.13"), ("2.8", "2.9")),
        ("hail", "partitions", "spark", ("2.14", "2.15"), ()),
    ):
        label, own = words.TOOLS[tool], timed.filter(tool=tool)
        node = own.filter(experiment="sharding")
        cluster = own.filter(pl.col("experiment").is_in(("distributed", "distributed_cold")))
        for id, question, points, option, same, drawn in (
            (f"{shape}-node", f"Which {shape} for {label} on one node?",
             node, shape, ("task", "data", "cores"), (shape,)),
            (f"{shape}-cluster", f"Which {shape} for {label} on a cluster?",
             cluster, shape, (*equal, "layout", "cache"), (*of_shape, engine)),
            (f"layout-{engine}", f"Which workers x threads a node for {label}?",
             cluster, "layout", (*equal, shape, "threads", "cache"), (*of_layout, engine)),
            ("settings", "Which Dask settings?",
             cluster, "settings", ("task", "data", "nodes", "layout", shape, "cache"), (engine,)),
        ):  # fmt: skip
            add(id, question, points, option, same, drawn)
    return [rule for rule in rules if rule.choices]


def threads() -> pl.Expr:
    """The threads of a node, from `layout`; 0 where the cluster is taken as it is."""
    layout = pl.col("layout")
    workers, each = (layout.str.extract(r"^(\d+)x(\d+)$", i).cast(pl.Int64) for i in (1, 2))
    return pl.when(layout.is_not_null()).then((workers * each).fill_null(0))


def _distributed(points: pl.DataFrame) -> list[Choice]:
    """One process against a cluster with as many cores, on the same chunks.

    Dask's cluster has the study's best settings, Hail's has `few` partitions. Where one process
    has other partitions, the options name the number.
    """
    experiment, nodes = pl.col("experiment"), pl.col("nodes")
    plain = (
        (experiment == "scaling")
        # the chunks that a data set is prepared in are in `scaling`
        | ((experiment == "sharding") & (pl.col("chunks") != _PREPARED))
        | (
            (experiment == "distributed")
            & (pl.col("settings").fill_null("study") == "study")
            & (pl.col("partitions").fill_null("few") == "few")
        )
    )
    own = points.filter(plain).with_columns(
        cores=pl.coalesce("cores", nodes * pl.col("threads")),
        chunks=pl.when(tool="sgkit").then(pl.col("chunks").fill_null(_PREPARED)),
        is_cluster=nodes.is_not_null(),
    )
    counts = pl.DataFrame(
        [
            ("hail", data, is_cluster, f" ({count} partitions)")
            for data in registry.SHAPES
            for usual in [str(catalogue.find(data).partitions)]
            for few in [shapes.of(data, "mt", "few")]
            for is_cluster, count in ((False, usual), (True, few))
            if usual != few
        ],
        schema=["tool", "data", "is_cluster", "count"],
        orient="row",
    )
    cluster = pl.format("{} of {}", _counted("nodes", "node"), "layout")
    option = pl.coalesce(cluster, pl.lit(_ONE)) + pl.col("count").fill_null("")
    choices = choose(
        own.join(counts, on=["tool", "data", "is_cluster"], how="left", maintain_order="left"),
        option,
        ["tool", "task", "data", "chunks", *_SIZE, "cores"],
    )
    return [
        choice
        for choice in choices
        if any(row["option"].startswith(_ONE) for row in choice.ranking)
    ]


def _counted(column: str, noun: str) -> pl.Expr:
    """ "1 core", "2 cores"."""
    plural = pl.when(pl.col(column) == 1).then(pl.lit("")).otherwise(pl.lit("s"))
    return pl.format("{} {}{}", column, pl.lit(noun), plural)


def by_size(choices: Iterable[Choice]) -> list[Choice]:
    """The choices in the order of their data's size."""
    return sorted(
        choices,
        key=lambda choice: (
            choice.condition.get("n_samples", 0) * choice.condition.get("n_variants", 0),
            choice.condition["data"],
        ),
    )


def _sentences(choices: Sequence[Choice]) -> list[str]:
    outcomes: dict[tuple[str, ...], list[Choice]] = defaultdict(list)
    for choice in choices:
        if choice.decided:
            outcomes[tuple(sorted(choice.good))].append(choice)
    sentences = []
    for good, own in sorted(outcomes.items(), key=lambda item: (-len(item[1]), item[0])):
        ahead = sorted(choice.ahead["ratio"] for choice in own)
        by = " to ".join(map(words.times, dict.fromkeys((ahead[0], ahead[-1]))))
        where = _where(own, choices)
        sentences.append(f"{words.listed(good, 'or')}: {where}, {by} times as fast as the next.")
    open_ = [choice for choice in choices if not choice.decided]
    if alike := [choice for choice in open_ if choice.alike]:
        least = f"{100 * (alike[0].ahead['noise_floor'] - 1):.0f} %"
        sentences.append(f"No difference of more than {least}: {_where(alike, choices)}.")
    if unsure := [choice for choice in open_ if not choice.alike]:
        few = sum(choice.ahead["ratio_low"] is None for choice in unsure)
        because = f"; too few samples at {few} of them" if few else ""
        sentences.append(f"The data do not decide: {_where(unsure, choices)}{because}.")
    return sentences


def _where(own: Sequence[Choice], choices: Sequence[Choice]) -> str:
    """How many of the conditions, and their range; not each combination in it was measured."""
    scope = _scope(own, len({choice.condition.get("task") for choice in choices}) > 1)
    if len(choices) == 1:
        return f"at the only condition ({scope})"
    share = f"all {len(own)}" if len(own) == len(choices) else f"{len(own)} of {len(choices)}"
    return f"at {share} conditions ({scope})"


def _scope(choices: Sequence[Choice], tasks_too: bool) -> str:
    def values(axis: str) -> list:
        return list({c.condition[axis]: None for c in choices if axis in c.condition})

    tasks = [task for task in words.TASKS if task in values("task")] if tasks_too else []
    parts = [words.listed(sorted(map(words.tool, values("tool")))),
             words.listed(map(words.task, tasks))]  # fmt: skip
    if samples := values("n_samples"):
        parts.append(f"{words.spans(samples)} samples")
        parts.append(f"{words.spans(values('n_variants'))} variants")
    else:
        parts.append(words.listed(sorted(values("data"))))
    for axis in ("cores", "nodes"):
        if numbers := values(axis):
            parts.append(f"{words.spans(numbers)} {axis if numbers != [1] else axis[:-1]}")
    return "; ".join(filter(None, parts))
