"""The tables of the study's page: 2.4 and 2.5 beside the study's own, effort, and progress."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.study import words
from tools.study.analysis import reference
from tools.study.analysis.choices import ratio
from tools.study.analysis.code_size import Size
from tools.study.analysis.editions import TITLES
from tools.study.analysis.evidence import known, pick
from tools.study.analysis.measurements import TASKS, TOOLS, Measurement
from tools.study.page import differences

_PAIRS = (("sgkit", "plink"), ("hail", "plink"), ("sgkit", "hail"))
Cell = str | tuple[str, str]  # what it says, and a note below it


@dataclass
class Table:
    """A table as it is shown, the sentences below it, and the measurements behind it."""

    id: str
    title: str
    about: str
    head: list[str]
    rows: list[list[Cell]]
    sentences: list[str] = field(default_factory=list)
    behind: list[Measurement] = field(default_factory=list)
    experiments: tuple[str, ...] = ("scaling",)


def single_node(points: Sequence[Measurement], edition: str) -> Table:
    """Table 2.4 again: seconds of three tools at five tasks, their ratios beside its own."""
    table = Table(
        id=f"2.4-{edition}",
        title=f"Table 2.4 again, with {TITLES[edition]} releases",
        about="One node, lazy mode: load, compute and write, in seconds. Each ratio is followed "
        "by its 95 % interval and by the study's (16 cores, 1000 Genomes or chromosome 21).",
        head=["Task", "Data and cores", *(words.TOOLS[tool] for tool in TOOLS),
              *(f"{words.TOOLS[a]} / {words.TOOLS[b]}" for a, b in _PAIRS)],
        rows=[],
    )  # fmt: skip
    for task in TASKS:
        tools = _fullest(pick(points, "time_end_to_end", "scaling", task=task))
        if not tools:
            continue
        theirs = reference.seconds(task)
        ours = {(a, b): ratio(tools[a], tools[b]) for a, b in _PAIRS if a in tools and b in tools}
        cells: list[Cell] = [words.TASKS[task], words.setting(next(iter(tools.values())).axes)]
        cells += [words.seconds(tools[tool].value) if tool in tools else "n/a" for tool in TOOLS]
        for a, b in _PAIRS:
            study = f"study {words.times(theirs[a] / theirs[b])}"
            cells.append((words.interval(ours[a, b]), study) if (a, b) in ours else ("n/a", study))
        table.rows.append(cells)
        table.sentences.append(differences.sentence(task, tools, ours))
        table.behind += tools.values()
    table.sentences += differences.fixed_cost(points)
    return table


def multi_node(points: Sequence[Measurement], edition: str) -> Table:
    """Table 2.5 again: Sgkit on a Dask cluster, three shardings, warm and cold."""
    table = Table(
        id=f"2.5-{edition}",
        title=f"Table 2.5 again, with {TITLES[edition]} releases",
        about="Sgkit on a Dask cluster, lazy mode. Scale-out: how many times as fast the larger "
        "cluster is (in the study from 4 to 8 nodes). To tiles: time on the larger cluster / time "
        "there with `tiles`. The study has numbers for HWE only, with 8 workers of 5 threads.",
        head=["Task and data", "Chunks", "Page cache", "Fewer nodes", "More nodes", "Scale-out",
              "To tiles"],
        rows=[],
        experiments=("distributed", "distributed_cold"),
    )  # fmt: skip
    for task in ("hardy_weinberg", "allele_frequency"):
        groups: dict[tuple[Any, ...], dict[tuple[str, str, int], Measurement]] = defaultdict(dict)
        for point in pick(points, "time_end_to_end", *table.experiments, tool="sgkit", task=task):
            axes = known(point)
            key = tuple(axes[axis] for axis in ("layout", "settings", "data"))
            groups[key][axes["chunks"], axes["cache"], axes["nodes"]] = point
        if groups:
            # of those with most points the study's own settings, which others are beside
            key, cells = max(
                groups.items(), key=lambda one: (len(one[1]), one[0][1] == "study", str(one[0]))
            )
            name = words.TASKS[task], "{2}, layout {0}, settings {1}".format(*key)
            for cache in ("warm", "cold"):
                for chunks in reference.load().multi_node.chunks:
                    _add_shards(table, name, cells, chunks, cache)
    return table


def _add_shards(
    table: Table,
    name: tuple[str, str],
    cells: Mapping[tuple[str, str, int], Measurement],
    chunks: str,
    cache: str,
) -> None:
    """The row of one sharding, and in words how it compares with tiles."""
    by_nodes = {n: point for (c, k, n), point in cells.items() if (c, k) == (chunks, cache)}
    if not by_nodes:
        return
    few, many = min(by_nodes), max(by_nodes)
    theirs, tiles = (reference.cluster_seconds(one, cache) for one in (chunks, "tiles"))
    studied = name[0] == words.TASKS[reference.load().multi_node.task]
    out = f"study {words.times(theirs[4] / theirs[8])}" if studied else ""
    to = f"study {words.times(theirs[8] / tiles[8])}" if studied else ""
    row: list[Cell] = [name, chunks, cache]
    row.append((words.seconds(by_nodes[few].value), words.nodes(few)))
    if many > few:
        row.append((words.seconds(by_nodes[many].value), words.nodes(many)))
        row.append((words.interval(ratio(by_nodes[few], by_nodes[many])), out))
    else:
        row += ["n/a", ("n/a", out)]
    base = cells.get(("tiles", cache, many))
    if chunks == "tiles":
        row.append("1")
    elif base is None:
        row.append(("n/a", to))
    else:
        found = ratio(by_nodes[many], base)
        row.append((words.interval(found), to))
        here = (
            f"{_side(found.value)} than tiles"
            if found.decided
            else (f"not decided whether faster or slower than tiles ({words.interval(found)})")
        )
        said = f"{name[0]}, {chunks}, {cache}: {here}"
        if studied:
            said += f"; in the study {_side(theirs[8] / tiles[8])}"
        table.sentences.append(said + ".")
    table.rows.append(row)
    table.behind += by_nodes.values()


_BESIDE = ("peakmem_tree", "track_error")


def effort(points: Sequence[Measurement], sizes: Mapping[str, Mapping[str, Size]]) -> Table:
    """Speed beside what it takes: memory, deviation from the reference, lines of code."""
    table = Table(
        id="effort",
        title="Speed, memory, accuracy and effort side by side",
        about="Today's releases. Deviation: the largest from an independent reference, in each "
        "task's own measure. Lines: what a user writes to open, compute and write (for PLINK, "
        "options), without imports and comments, counted in benchmarks/.",
        head=["Task", "Tool", "Data and cores", "End to end", "Peak memory", "Deviation", "Lines"],
        rows=[],
    )
    for task in TASKS:
        tools = _fullest(
            pick(points, "time_end_to_end", "scaling", task=task),
            lambda own: sum(_beside(points, own, metric) is not None for metric in _BESIDE),
        )
        for tool in TOOLS:
            size = sizes.get(task, {}).get(tool)
            if tool not in tools and size is None:
                continue
            row: list[Cell] = [words.TASKS[task], words.TOOLS[tool]]
            row += ["n/a"] * 4
            if tool in tools:
                own = tools[tool]
                table.behind.append(own)
                row[2:4] = [words.setting(own.axes), words.seconds(own.value)]
                for place, metric in enumerate(_BESIDE, 4):
                    beside = _beside(points, own, metric)
                    if beside:
                        table.behind.append(beside)
                        row[place] = _fact(metric, beside.value)
            row.append(str(size.lines) if size else "n/a")
            table.rows.append(row)
    return table


def _fact(metric: str, value: float) -> str:
    if metric == "peakmem_tree":
        return f"{value / 1e9:.2f} GB"
    return f"{value:.1e}" if value else "0"


def _fullest(
    points: Iterable[Measurement], worth: Callable[[Measurement], int] = lambda _: 0
) -> dict[str, Measurement]:
    """By tool: the condition with most tools, then most worth, most cores, the largest data."""
    groups: dict[tuple[Any, ...], dict[str, Measurement]] = defaultdict(dict)
    for point in points:
        groups[point.condition][point.tool] = point
    return max(
        groups.values(),
        key=lambda tools: (
            len(tools),
            sum(map(worth, tools.values())),
            *weight(next(iter(tools.values())).axes),
        ),
        default={},
    )


def weight(axes: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes a point the better example: more cores, then larger data."""
    size = axes.get("n_samples", 0) * axes.get("n_variants", 0)
    return axes.get("cores", 0), size, str(axes.get("data"))


def _beside(points: Iterable[Measurement], own: Measurement, metric: str) -> Measurement | None:
    """Another metric of the same point."""
    wanted = own.experiment, own.tool, metric, own.axes
    return next((p for p in points if (p.experiment, p.tool, p.metric, p.axes) == wanted), None)


def _side(ratio: float) -> str:
    """A ratio of times as how many times faster or slower."""
    return f"{words.times(max(ratio, 1 / ratio))} times {'faster' if ratio < 1 else 'slower'}"
