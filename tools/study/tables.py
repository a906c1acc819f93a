"""The tables of the study's page: 2.4 and 2.5 beside the study's own, effort, and progress."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tools.study import reference, words
from tools.study.choices import ratio
from tools.study.code_size import Size
from tools.study.editions import STUDY, TITLES, TODAY
from tools.study.estimates import Estimate
from tools.study.measurements import TASKS, TOOLS, Measurement

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
        tools = _fullest(_end_to_end(points, task))
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
        table.sentences.append(f"{words.TASKS[task]}: {_difference(tools, ours, theirs)}")
        table.behind += tools.values()
    return table


def multi_node(points: Sequence[Measurement], edition: str) -> Table:
    """Table 2.5 again: HWE by Sgkit on a Dask cluster, three shardings, warm and cold."""
    own = [
        point
        for point in points
        if point.experiment.startswith("distributed") and point.metric == "time_end_to_end"
        and point.tool == "sgkit" and point.axes["task"] == "hardy_weinberg"
    ]  # fmt: skip
    groups: dict[tuple[Any, ...], dict[tuple[str, str, int], Measurement]] = defaultdict(dict)
    for point in own:
        cache = "cold" if point.experiment == "distributed_cold" else "warm"
        key = tuple(point.axes[axis] for axis in ("data", "layout", "settings"))
        groups[key][point.axes["chunks"], cache, point.axes["nodes"]] = point
    table = Table(
        id=f"2.5-{edition}",
        title=f"Table 2.5 again, with {TITLES[edition]} releases",
        about="HWE by Sgkit on a Dask cluster, in seconds. Scale-out: how many times as fast the "
        "larger cluster is (the study: from 4 to 8 nodes). To tiles: time on the larger cluster "
        "/ time with tiles.",
        head=["Chunks", "Page cache", "Fewer nodes", "More nodes", "Scale-out", "To tiles"],
        rows=[],
        experiments=("distributed", "distributed_cold"),
    )
    if not groups:
        return table
    key, cells = max(groups.items(), key=lambda item: (len(item[1]), str(item[0])))
    data, layout, settings = key
    table.about += f" Here: {data}, {layout} workers x threads of a node, {settings} settings."
    for cache in ("warm", "cold"):
        for chunks in reference.load()["multi_node"]["chunks"]:
            _add_shards(table, cells, chunks, cache)
    return table


def _add_shards(
    table: Table, cells: Mapping[tuple[str, str, int], Measurement], chunks: str, cache: str
) -> None:
    by_nodes = {n: point for (c, k, n), point in cells.items() if (c, k) == (chunks, cache)}
    if not by_nodes:
        return
    few, many = min(by_nodes), max(by_nodes)
    theirs, tiles = (reference.cluster_seconds(name, cache) for name in (chunks, "tiles"))
    more = ratio(by_nodes[few], by_nodes[many])
    row: list[Cell] = [chunks, cache, (words.seconds(by_nodes[few].value), words.nodes(few))]
    if many > few:
        row.append((words.seconds(by_nodes[many].value), words.nodes(many)))
        row.append((words.interval(more), f"study {words.times(theirs[4] / theirs[8])}"))
    else:
        row += ["n/a", ("n/a", f"study {words.times(theirs[4] / theirs[8])}")]
    base = cells.get(("tiles", cache, many))
    study = f"study {words.times(theirs[8] / tiles[8])}"
    if chunks == "tiles":
        row.append("1")
    elif base is not None:
        to_tiles = ratio(by_nodes[many], base)
        row.append((words.interval(to_tiles), study))
        table.sentences.append(
            f"{chunks}, {cache}: {_side(to_tiles, 'faster than tiles', 'slower than tiles')}; in "
            f"the study {_side(Estimate(theirs[8] / tiles[8]), 'faster', 'slower')}."
        )
    else:
        row.append(("n/a", study))
    table.rows.append(row)
    table.behind += by_nodes.values()


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
        tools = _fullest(_end_to_end(points, task))
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
                for place, metric in ((4, "peakmem_tree"), (5, "track_error")):
                    beside = _beside(points, own, metric)
                    if beside:
                        table.behind.append(beside)
                        big = f"{beside.value / 1e9:.2f} GB"
                        row[place] = big if place == 4 else f"{beside.value:.1e}"
            row.append(str(size.lines) if size else "n/a")
            table.rows.append(row)
    return table


def since(editions: Mapping[str, Sequence[Measurement]]) -> Table:
    """How many times as fast today's releases are as the study's own, on the same points."""
    table = Table(
        id="since",
        title="How far the tools have come since the study",
        about="The study's own releases and packages, and today's, on this machine.",
        head=["Task", "Tool", "What is timed", "Data and cores", "Then", "Now", "Times as fast"],
        rows=[],
    )
    for task in TASKS:
        for tool in ("sgkit", "hail"):
            for metric in ("time_end_to_end", "time_compute"):
                pairs = _pairs(editions, task, tool, metric)
                if not pairs:
                    continue
                then, now = max(pairs, key=lambda pair: _weight(pair[0].axes))
                table.rows.append(
                    [
                        words.TASKS[task], words.TOOLS[tool], words.METRICS[metric],
                        words.setting(then.axes), (words.seconds(then.value), then.release),
                        (words.seconds(now.value), now.release), words.interval(ratio(then, now)),
                    ]
                )  # fmt: skip
                table.behind += [then, now]
    table.sentences = _progress(editions)
    return table


def _progress(editions: Mapping[str, Sequence[Measurement]]) -> list[str]:
    said = []
    for tool in ("sgkit", "hail"):
        found = [
            ratio(then, now)
            for task in TASKS
            for then, now in _pairs(editions, task, tool, "time_end_to_end")
        ]
        if found:
            faster = sum(one.decided and one.value > 1 for one in found)
            slower = sum(one.decided and one.value < 1 for one in found)
            spread = sorted(one.value for one in found)
            said.append(
                f"{words.TOOLS[tool]}, end to end: faster at {faster} of {len(found)} points, "
                f"slower at {slower}, not decided at {len(found) - faster - slower}; "
                f"{words.times(spread[0])} to {words.times(spread[-1])} times as fast, "
                f"in the middle {words.times(spread[len(spread) // 2])}."
            )
    return said


def _pairs(
    editions: Mapping[str, Sequence[Measurement]], task: str, tool: str, metric: str
) -> list[tuple[Measurement, Measurement]]:
    """The same points of both editions."""
    by_edition = [
        {
            point.condition: point
            for point in editions[name]
            if (point.experiment, point.tool, point.metric) == ("scaling", tool, metric)
            and point.axes["task"] == task
        }
        for name in (STUDY, TODAY)
    ]
    return [
        (then, by_edition[1][condition])
        for condition, then in by_edition[0].items()
        if condition in by_edition[1]
    ]


def _end_to_end(points: Iterable[Measurement], task: str) -> list[Measurement]:
    return [
        point
        for point in points
        if point.experiment == "scaling" and point.metric == "time_end_to_end"
        and point.axes["task"] == task
    ]  # fmt: skip


def _fullest(points: Iterable[Measurement]) -> dict[str, Measurement]:
    """By tool: the condition with most tools, then most cores, then the largest data."""
    groups: dict[tuple[Any, ...], dict[str, Measurement]] = defaultdict(dict)
    for point in points:
        groups[point.condition][point.tool] = point
    return max(
        groups.values(),
        key=lambda tools: (len(tools), *_weight(next(iter(tools.values())).axes)),
        default={},
    )


def _weight(axes: Mapping[str, Any]) -> tuple[Any, ...]:
    size = axes.get("n_samples", 0) * axes.get("n_variants", 0)
    return axes.get("cores", 0), size, str(axes.get("data"))


def _beside(points: Iterable[Measurement], own: Measurement, metric: str) -> Measurement | None:
    """Another metric of the same point."""
    wanted = own.experiment, own.tool, metric, own.axes
    return next((p for p in points if (p.experiment, p.tool, p.metric, p.axes) == wanted), None)


def _difference(
    tools: Mapping[str, Measurement],
    ours: Mapping[tuple[str, str], Estimate],
    theirs: Mapping[str, float],
) -> str:
    """What differs from the study in the order of the tools and in their distances."""
    here = _order(tools, ours)
    there = ", then ".join(words.TOOLS[tool] for tool in sorted(tools, key=lambda t: theirs[t]))
    said = [f"{here}, as in the study" if here == there else f"{here}; in the study {there}"]
    for (a, b), found in ours.items():
        before = theirs[a] / theirs[b]
        pair = f"{words.TOOLS[a]} / {words.TOOLS[b]}"
        if not found.decided:
            said.append(f"{pair} is {words.interval(found)}: not decided")
        elif (found.value > 1) != (before > 1):
            said.append(f"{pair} is turned round: {words.times(found.value)}, not "
                        f"{words.times(before)}")  # fmt: skip
        elif not 2 / 3 < found.value / before < 3 / 2:
            said.append(f"{pair} is {words.times(found.value)}, not {words.times(before)}")
    if len(said) == 1:
        said.append("no ratio differs by more than half")
    return "; ".join(said) + "."


def _order(tools: Mapping[str, Measurement], ours: Mapping[tuple[str, str], Estimate]) -> str:
    """The tools from the fastest on; neighbours that are not told apart are joined by `and`."""
    ordered = sorted(tools, key=lambda tool: tools[tool].value)
    said = ""
    for before, tool in pairwise([None, *ordered]):
        pair = ours.get((str(before), str(tool))) or ours.get((str(tool), str(before)))
        joint = "" if before is None else ", then " if pair and pair.decided else " and "
        said += joint + words.TOOLS[str(tool)]
    return said


def _side(found: Estimate, less: str, more: str) -> str:
    size = words.times(max(found.value, 1 / found.value))
    if found.low is not None and not found.decided:
        return f"not decided ({words.interval(found)})"
    return f"{size} times {less if found.value < 1 else more}"
