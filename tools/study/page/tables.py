"""The tables of the study's page: 2.4 and 2.5 beside the study's own, tools, effort, progress."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path

import polars as pl

from tools.common import configuration
from tools.common.configuration import Items, Model
from tools.study import words
from tools.study.analysis import noise_floor, reference
from tools.study.analysis.comparisons import Row, pick
from tools.study.analysis.editions import STUDY, TITLES, TODAY
from tools.study.analysis.guidelines import Guideline, by_size
from tools.study.analysis.measurements import AXES, PROGRAMS
from tools.study.analysis.ratios import LEAST_NOISE_FLOOR, paired

Cell = str | tuple[str, str]  # the text, and a note below it
Pair = tuple[str, str]

_END = "time_end_to_end"


class _Text(Model):
    """What tables.toml says of a table."""

    title: str
    about: str
    head: Items[str]
    experiments: Items[str] = ("scaling",)


_TEXTS = configuration.read(Path(__file__).with_name("tables.toml"), dict[str, _Text])


class Table:
    """A table as it is shown, the sentences below it, and the ids of the points behind it."""

    def __init__(self, name: str, *columns: str, id: str = "", edition: str = "") -> None:
        text = _TEXTS[name]
        self.id = f"{id}-{edition}" if edition else name
        self.title = text.title.format(TITLES.get(edition, ""))
        self.about = text.about
        self.head = [*text.head, *columns]
        self.experiments = text.experiments
        self.rows: list[list[Cell]] = []
        self.sentences: list[str] = []
        self.behind: list[int] = []


def single_node(points: pl.DataFrame, edition: str) -> Table:
    """Table 2.4 again: seconds of each tool at each task, their ratios beside the study's."""
    pairs = _pairs()
    ratio_columns = (f"{words.tool(a)} / {words.tool(b)}" for a, b in pairs)
    table = Table("single_node", *words.TOOLS.values(), *ratio_columns, id="2.4", edition=edition)
    for task in words.TASKS:
        own = _fullest(pick(points, _END, "scaling", task=task))
        if own.is_empty():
            continue
        tools = {row["tool"]: row for row in own.to_dicts()}
        ratios = {
            (row["tool"], row["tool_base"]): row for row in paired(own, own, list(AXES)).to_dicts()
        }
        setting = words.setting(next(iter(tools.values())))
        seconds = [words.seconds(tools[t]["value"]) if t in tools else "n/a" for t in words.TOOLS]
        table.rows.append([words.task(task), setting, *seconds])
        for pair in pairs:
            theirs = reference.ratio(task, *pair)
            note = f"study {words.times(theirs)}" if theirs else ""
            table.rows[-1].append(
                (words.interval(ratios[pair]) if pair in ratios else "n/a", note)
            )
        table.sentences.append(_beside_the_study(task, setting, tools, ratios))
        table.behind += own["id"].to_list()
    hail = pick(points, _END, "scaling", tool="hail").sort("value", maintain_order=True)
    for row in hail.head(1).to_dicts():
        table.sentences.append(
            f"The shortest time of Hail is {words.seconds(row['value'])} "
            f"({words.task(row['task'])}, {words.setting(row)}). Its fixed cost weighs most on "
            "small data."
        )
    return table


def _pairs() -> list[Pair]:
    """The tools whose ratio is shown: all of the study's, and each other tool with PLINK."""
    studied = list(reference.load().setting.releases)
    others = [tool for tool in words.TOOLS if tool not in studied]
    return [*itertools.combinations(studied, 2), *((tool, studied[-1]) for tool in others)]


def _beside_the_study(
    task: str, setting: str, tools: Mapping[str, Row], ratios: Mapping[Pair, Row]
) -> str:
    """The order of the study's tools and their ratios, where they differ from its own."""
    study = reference.tasks().get(task)
    known = [
        tool for tool in words.TOOLS if tool in tools and (not study or tool in study.seconds)
    ]
    ordered = sorted(known, key=lambda tool: tools[tool]["value"])
    here = "".join(map(words.tool, ordered[:1]))
    for faster, tool in itertools.pairwise(ordered):
        here += (", then " if ratios[tool, faster]["decided"] else " and ") + words.tool(tool)
    if not study:
        return f"{words.task(task)}: {here}. Here {setting}; the study does not have this task."
    there = ", then ".join(map(words.tool, sorted(known, key=study.seconds.__getitem__)))
    parts = [f"{here}, as in the study" if here == there else f"{here}; in the study {there}"]
    for a, b in itertools.combinations(known, 2):
        row, theirs = ratios[a, b], study.seconds[a] / study.seconds[b]
        pair, ours = f"{words.tool(a)} / {words.tool(b)}", row["ratio"]
        both = f"{words.times(ours)}, not {words.times(theirs)}"
        if not row["decided"]:
            parts.append(f"{pair} is {words.interval(row)}: not decided")
        elif (ours > 1) != (theirs > 1):
            parts.append(f"{pair} is reversed: {both}")
        elif not 2 / 3 < ours / theirs < 3 / 2:
            parts.append(f"{pair} is {both}")
    if len(parts) == 1:
        parts.append("no ratio differs by more than half")
    return (
        f"{words.task(task)}: {'; '.join(parts)}. Here {setting}; in the study {study.data}, "
        f"{reference.load().single_node.cores} cores. {study.differences}"
    )


def multi_node(points: pl.DataFrame, edition: str) -> Table:
    """Table 2.5 again: Sgkit on a Dask cluster, three shardings, warm and cold."""
    table = Table("multi_node", id="2.5", edition=edition)
    cluster = ["layout", "settings", "data"]
    for task in ("hardy_weinberg", "allele_frequency"):
        own = pick(points, _END, *table.experiments, tool="sgkit", task=task)
        # the cluster with most points; of equals the study's own settings
        fullest = (
            own.group_by(cluster)
            .len()
            .sort("len", pl.col("settings") == "study", *cluster)
            .tail(1)
        )
        own = own.join(fullest, on=cluster, how="semi", nulls_equal=True).sort("nodes")
        for cache in ("warm", "cold"):
            tiles = own.filter(chunks="tiles", cache=cache)
            for chunks in reference.load().multi_node.chunks:
                _add_shards(table, own.filter(chunks=chunks, cache=cache), tiles)
    return table


def _add_shards(table: Table, own: pl.DataFrame, tiles: pl.DataFrame) -> None:
    """The row of one sharding, sorted by nodes, and in words how it compares with tiles."""
    if own.is_empty():
        return
    study = reference.load().multi_node
    few, many = own.row(0, named=True), own.row(-1, named=True)
    task, chunks, cache = few["task"], few["chunks"], few["cache"]
    theirs, their_tiles = (getattr(study.chunks[name], cache) for name in (chunks, "tiles"))
    is_study = task == study.task
    out = f"study {words.times(theirs[4] / theirs[8])}" if is_study else ""
    to = f"study {words.times(theirs[8] / their_tiles[8])}" if is_study else ""
    name = words.task(task), "{data}, layout {layout}, settings {settings}".format(**few)
    row: list[Cell] = [name, chunks, cache]
    row.append((words.seconds(few["value"]), words.counted(few["nodes"], "node")))
    if many["nodes"] > few["nodes"]:
        [scale_out] = paired(own.head(1), own.tail(1), ["chunks"]).to_dicts()
        row.append((words.seconds(many["value"]), words.counted(many["nodes"], "node")))
        row.append((words.interval(scale_out), out))
    else:
        row += ["n/a", ("n/a", out)]
    beside = paired(own.tail(1), tiles, ["nodes"]).to_dicts()
    if chunks == "tiles":
        row.append("1")
    elif not beside:
        row.append(("n/a", to))
    else:
        [ratio] = beside
        row.append((words.interval(ratio), to))
        here = f"not decided whether faster or slower than tiles ({words.interval(ratio)})"
        if ratio["decided"]:
            here = f"{_side(ratio['ratio'])} than tiles"
        study_says = f"; in the study {_side(theirs[8] / their_tiles[8])}" * is_study
        table.sentences.append(f"{name[0]}, {chunks}, {cache}: {here}{study_says}.")
    table.rows.append(row)
    table.behind += own["id"].to_list()


def _side(ratio: float) -> str:
    """A ratio of times as how many times faster or slower."""
    return f"{words.times(max(ratio, 1 / ratio))} times {'faster' if ratio < 1 else 'slower'}"


def tools(rules: Iterable[Guideline]) -> Table:
    """Which tool for a task, by the size of the data and the number of cores."""
    choices = [
        (rule.id.removeprefix("tool-"), choice)
        for rule in rules
        if rule.id.startswith("tool-")
        for choice in by_size(rule.choices)
    ]
    cores = sorted({choice.condition["cores"] for _, choice in choices})
    table = Table("tool", *(words.counted(count, "core") for count in cores))
    cells: dict[Pair, dict[int, Cell]] = {}
    for task, choice in choices:
        text = words.listed(choice.good, "or") if choice.decided else "not decided"
        by_cores = cells.setdefault((words.task(task), words.size(choice.condition)), {})
        by_cores[choice.condition["cores"]] = (text, words.interval(choice.ahead))
        table.behind += [row["id"] for row in choice.ranking]
    for name, by_cores in cells.items():
        table.rows.append([*name, *(by_cores.get(count, "not measured") for count in cores)])
    return table


def effort(points: pl.DataFrame, sizes: Mapping[str, Mapping[str, int]]) -> Table:
    """Speed beside its cost: memory, deviation from the reference, lines of code."""
    table = Table("effort")
    memory, error = (
        points.filter(metric=metric, experiment="scaling")
        for metric in ("peakmem_tree", "track_error")
    )
    same = ["tool", *AXES]
    beside = (
        points.join(memory, on=same, how="left", nulls_equal=True, suffix="_memory")
        .join(error, on=same, how="left", nulls_equal=True, suffix="_error")
    )  # fmt: skip
    for task in words.TASKS:
        own = _fullest(pick(beside, _END, "scaling", task=task), "value_memory", "value_error")
        by_tool = {row["tool"]: row for row in own.to_dicts()}
        for tool in words.TOOLS:
            if tool not in by_tool:
                continue
            row, size = by_tool[tool], sizes.get(task, {}).get(tool)
            memory_used, deviation = row["value_memory"], row["value_error"]
            table.rows.append(
                [
                    words.task(task), words.tool(tool), words.setting(row),
                    words.seconds(row["value"]),
                    "n/a" if memory_used is None else f"{memory_used / 1e9:.2f} GB",
                    "n/a" if deviation is None else f"{deviation:.1e}" if deviation else "0",
                    str(size) if size else "n/a",
                ]
            )  # fmt: skip
            ids = (row.get(name) for name in ("id", "id_memory", "id_error"))
            table.behind += [id for id in ids if id is not None]
    return table


def since(points: pl.DataFrame) -> Table:
    """How many times as fast today's releases are as the study's own, at the same points."""
    table = Table("since")
    own = points.filter(experiment="scaling").filter(~pl.col("tool").is_in(PROGRAMS))
    pairs = paired(own.filter(edition=STUDY), own.filter(edition=TODAY), ["tool", "metric", *AXES])
    for task, tool, metric in itertools.product(words.TASKS, words.TOOLS, (_END, "time_compute")):
        fullest = pairs.filter(task=task, tool=tool, metric=metric).sort(_WEIGHT).tail(1)
        for row in fullest.to_dicts():
            table.rows.append(
                [
                    words.task(task), words.tool(tool), words.METRICS[metric], words.setting(row),
                    (words.seconds(row["value"]), row["release"]),
                    (words.seconds(row["value_base"]), row["release_base"]),
                    words.interval(row),
                ]
            )  # fmt: skip
            table.behind += [row["id"], row["id_base"]]
    for tool in words.TOOLS:
        own = pairs.filter(tool=tool, metric=_END)
        if not own.is_empty():
            ratio = own["ratio"]
            faster = len(own.filter("decided", pl.col("ratio") > 1))
            slower = len(own.filter("decided", pl.col("ratio") < 1))
            low, middle, high = map(words.times, (ratio.min(), ratio.median(), ratio.max()))
            table.sentences.append(
                f"{words.tool(tool)}, end to end: faster at {faster} of {len(own)} points, slower "
                f"at {slower}, not decided at {len(own) - faster - slower}; {low} to {high} times "
                f"as fast, median {middle}."
            )
    return table


def repeats(pairs: pl.DataFrame) -> Table:
    """The pairs of noise_floor.pairs, and in words how much they differ."""
    table = Table("repeats")
    table.experiments = noise_floor.EXPERIMENTS
    for row in pairs.to_dicts():
        table.rows.append(
            [
                words.task(row["task"]), f"{words.tool(row['tool'])} {row['release']}",
                words.METRICS[row["metric"]], words.setting(row),
                (words.seconds(row["value"]), row["experiment"]),
                (words.seconds(row["value_base"]), row["experiment_base"]),
                words.times(row["ratio"]),
            ]
        )  # fmt: skip
        table.behind += [row["id"], row["id_base"]]
    ratios = pairs["ratio"]
    floor = words.times(noise_floor.noise_floor(ratios))
    rule = f"The noise floor is {floor}: the larger of {LEAST_NOISE_FLOOR} and the 90th percentile"
    if ratios.is_empty():
        table.sentences = [f"{rule}; nothing was measured twice."]
    else:
        middle, most, longest = map(
            words.times, (ratios.median(), noise_floor.percentile(ratios), ratios.max())
        )
        table.sentences = [
            f"{len(ratios)} pairs: median ratio {middle}, 90th percentile {most}, largest "
            f"{longest}.",
            f"{rule}. A smaller ratio decides nothing.",
        ]
    return table


# the better example of several points: more cores, then larger data
_WEIGHT = [
    pl.col("cores").fill_null(0),
    (pl.col("n_samples") * pl.col("n_variants")).fill_null(0),
    pl.col("data"),
]


def _fullest(points: pl.DataFrame, *beside: str) -> pl.DataFrame:
    """A row a tool: the condition with most tools, then most values of `beside`, then _WEIGHT."""
    same = list(AXES)
    values = [pl.col(name).count() for name in beside]
    best = (
        points.group_by(same)
        .agg(tools=pl.col("tool").n_unique(), beside=pl.sum_horizontal(pl.lit(0), *values))
        .sort("tools", "beside", *_WEIGHT)
        .tail(1)
    )
    return points.join(best, on=same, how="semi", nulls_equal=True)
