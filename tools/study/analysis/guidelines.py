"""Guidelines that follow from the data: which tool, shape, layout and settings, and how surely.

A rule compares options under conditions that are equal otherwise. It names those that the samples
show to be ahead (all of the 95 % interval beyond what runs of one thing differ by), and says so
where they show nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks._harness import registry, shapes
from datasets import catalogue
from tools.study import words
from tools.study.analysis.choices import Choice, choose
from tools.study.analysis.measurements import TASKS, Measurement
from tools.study.page.tables import Cell, Table

_ONE = "one process"
_MADE_IN = "tiles"  # the character of the chunks that a Zarr store is made in


@dataclass(frozen=True)
class Rule:
    """What to take and for what, with the choices that it follows from."""

    id: str
    question: str
    sentences: tuple[str, ...]
    choices: tuple[Choice, ...]
    figures: tuple[str, ...]  # where the evidence is drawn

    @property
    def decided(self) -> int:
        """The number of conditions in which the data decide."""
        return sum(choice.decided for choice in self.choices)


def derive(points: Sequence[Measurement]) -> list[Rule]:
    """All rules for which there is anything to compare."""
    timed = [point for point in points if point.metric == "time_end_to_end"]
    found = [_tool(timed, task, f"2.{3 + place}") for place, task in enumerate(TASKS)]
    found += [
        _rule(
            "cores-" + tool,
            f"How many cores for {words.TOOLS[tool]}?",
            _of(timed, ("scaling",), tool),
            "cores",
            ("task", "data"),
            tuple(f"2.{3 + place}" for place in range(len(TASKS))),
        )
        for tool in ("sgkit", "hail", "plink")
    ]
    found.append(_distributed(timed))
    clusters = ("distributed", "distributed_cold")
    for tool, shape, name, own, layouts in (
        ("sgkit", "chunks", "dask", ("2.12", "2.13"), ("2.8", "2.9")),
        ("hail", "partitions", "spark", ("2.14", "2.15"), ()),
    ):
        called = words.TOOLS[tool]
        one = _of(timed, ("sharding",), tool)
        many = _of(timed, clusters, tool)
        equal = ("task", "data", "nodes", "settings")
        found += [
            _rule(f"{shape}-node", f"Which {shape} for {called} on one node?", one, shape,
                  ("task", "data", "cores"), (shape,)),
            _rule(f"{shape}-cluster", f"Which {shape} for {called} on a cluster?", many, shape,
                  (*equal, "layout", "cache"), (*own, name)),
            _rule(f"layout-{name}", f"Which workers x threads a node for {called}?", many,
                  "layout", (*equal, shape, "threads", "cache"), (*layouts, name)),
        ]  # fmt: skip
    found.append(
        _rule("settings", "Which Dask settings?", _of(timed, clusters, "sgkit"), "settings",
              ("task", "data", "nodes", "layout", "chunks", "cache"), ("dask",))
    )  # fmt: skip
    return [rule for rule in found if rule.choices]


def _tool(points: Sequence[Measurement], task: str, figure: str) -> Rule:
    own = [point for point in points if point.experiment == "scaling"]
    own = [point for point in own if point.axes["task"] == task]
    chosen = choose(own, lambda point: words.TOOLS[point.tool], _keeping("task", "data", "cores"))
    question = f"Which tool for {words.TASKS[task]}?"
    return Rule(f"tool-{task}", question, _sentences(chosen), tuple(chosen),
                (figure, "samples", "variants"))  # fmt: skip


def _distributed(points: Sequence[Measurement]) -> Rule:
    """One process against a cluster with as many cores.

    Dask's cluster with the settings that the study found best, and the same chunks. Hail's with
    `few` partitions: for the largest data sets these are more than one process has, the options
    then say how many each has.
    """
    own = [point for point in points if point.tool != "plink" and _is_plain(point)]

    def option(point: Measurement) -> str:
        if "nodes" not in point.axes:
            return _ONE + _partitions(point)
        nodes = words.nodes(point.axes["nodes"])
        return f"{nodes} of {point.axes['layout']}{_partitions(point)}"

    def equal(point: Measurement) -> dict[str, Any]:
        threads = point.axes.get("cores") or point.axes["nodes"] * threads_of(point)
        named = {axis: point.axes[axis] for axis in ("task", "data")}
        if point.tool == "sgkit":
            named["chunks"] = point.axes.get("chunks", _MADE_IN)
        return {"tool": point.tool, **named, **_size(point), "cores": threads}

    chosen = [
        choice
        for choice in choose(own, option, equal)
        if any(option.startswith(_ONE) for option, _ in choice.ranking)
    ]
    return Rule("distributed", "One process, or a cluster with as many cores?",
                _sentences(chosen), tuple(chosen), ("dask", "spark"))  # fmt: skip


def _is_plain(point: Measurement) -> bool:
    """Whether a point says what one process or a cluster takes, each of them in one point."""
    if point.experiment == "distributed":
        return point.axes.get("settings", "study") == "study" and (
            point.axes.get("partitions", "few") == "few"
        )
    if point.experiment == "sharding":  # the chunks that a data set is made in are in `scaling`
        return point.axes.get("chunks", _MADE_IN) != _MADE_IN
    return point.experiment == "scaling"


def _partitions(point: Measurement) -> str:
    """In how many partitions a MatrixTable is, where a cluster and one process differ in it."""
    data = point.axes["data"]
    if point.tool != "hail" or data not in registry.SHAPES:
        return ""
    usual, few = str(catalogue.find(data).partitions), shapes.of(data, "mt", "few")
    if few == usual:
        return ""
    return f" ({few if 'partitions' in point.axes else usual} partitions)"


def _rule(
    id: str,
    question: str,
    points: Sequence[Measurement],
    axis: str,
    equal: tuple[str, ...],
    figures: tuple[str, ...],
) -> Rule:
    def option(point: Measurement) -> str:
        value = point.axes[axis]
        return f"{value} core" + "s" * (value != 1) if axis == "cores" else str(value)

    chosen = choose(points, option, _keeping(*equal))
    return Rule(id, question, _sentences(chosen), tuple(chosen), figures)


def _of(
    points: Iterable[Measurement], experiments: tuple[str, ...], tool: str
) -> list[Measurement]:
    return [point for point in points if point.experiment in experiments and point.tool == tool]


def _keeping(*axes: str) -> Callable[[Measurement], dict[str, Any]]:
    """What has to be equal: these axes, and the size of the data for the words."""

    def condition(point: Measurement) -> dict[str, Any]:
        known = dict(point.axes)
        if "layout" in known:
            known["cache"] = "cold" if point.experiment == "distributed_cold" else "warm"
            known["threads"] = threads_of(point)
        return {**{axis: known[axis] for axis in axes if axis in known}, **_size(point)}

    return condition


def _size(point: Measurement) -> dict[str, Any]:
    return {axis: point.axes[axis] for axis in ("n_samples", "n_variants") if axis in point.axes}


def threads_of(point: Measurement) -> int:
    """The threads of a node; 0 where the cluster is taken as it is."""
    workers, by, threads = str(point.axes["layout"]).partition("x")
    return int(workers) * int(threads) if by else 0


def _genotypes(condition: Mapping[str, Any]) -> tuple[int, str]:
    """The size of the data, for an order."""
    return condition.get("n_samples", 0) * condition.get("n_variants", 0), condition["data"]


def grid(points: Sequence[Measurement]) -> Table:
    """Which tool for a task, by the size of the data and the number of cores."""
    rules = {task: _tool([p for p in points if p.metric == "time_end_to_end"], task, "")
             for task in TASKS}  # fmt: skip
    found = [
        (task, choice)
        for task, rule in rules.items()
        for choice in sorted(rule.choices, key=lambda choice: _genotypes(choice.condition))
    ]
    cores = sorted({choice.condition["cores"] for _, choice in found})
    table = Table(
        id="tool",
        title="Which tool, by task, data and cores",
        about="The fastest tool end to end, with those that the samples do not show to be slower; "
        "below it, how many times as long the next takes (95 % interval).",
        head=["Task", "Data", *(f"{count} core{'s' * (count != 1)}" for count in cores)],
        rows=[],
    )
    cells: dict[tuple[str, str], dict[int, Cell]] = defaultdict(dict)
    for task, choice in found:
        says = words.listed(choice.good, "or") if choice.decided else "not decided"
        place = words.TASKS[task], words.size(choice.condition)
        cells[place][choice.condition["cores"]] = (says, words.interval(choice.ahead))
        table.behind += [point for _, point in choice.ranking]
    for place, by_cores in cells.items():
        table.rows.append([*place, *(by_cores.get(count, "not measured") for count in cores)])
    return table


def _sentences(choices: Sequence[Choice]) -> tuple[str, ...]:
    """One sentence for each outcome, the most frequent first; last what is not decided."""
    outcomes: dict[tuple[str, ...], list[Choice]] = defaultdict(list)
    for choice in choices:
        if choice.decided:
            outcomes[tuple(sorted(choice.good))].append(choice)
    said = []
    for good, found in sorted(outcomes.items(), key=lambda item: (-len(item[1]), item[0])):
        ahead = sorted(choice.ahead.value for choice in found)
        by = words.times(ahead[0]) + (f" to {words.times(ahead[-1])}" if len(ahead) > 1 else "")
        take, where = words.listed(good, "or"), _where(found, choices)
        said.append(f"{take}: {where}, {by} times as fast as the next.")
    alike = [choice for choice in choices if not choice.decided and choice.alike]
    if alike:
        least = f"{100 * (alike[0].ahead.worth - 1):.0f} %"
        said.append(f"It makes no difference (of more than {least}): {_where(alike, choices)}.")
    unsure = [choice for choice in choices if not choice.decided and not choice.alike]
    if unsure:
        few = sum(choice.ahead.low is None for choice in unsure)
        because = f"; too few samples at {few} of them" if few else ""
        said.append(f"The data do not decide: {_where(unsure, choices)}{because}.")
    return tuple(said)


def _where(found: Sequence[Choice], choices: Sequence[Choice]) -> str:
    several = len({choice.condition.get("task") for choice in choices}) > 1
    scope = _scope(found, several)
    if len(choices) == 1:
        return f"at the only condition ({scope})"
    count = (
        f"all {len(found)}" if len(found) == len(choices) else f"{len(found)} of {len(choices)}"
    )
    return f"at {count} conditions ({scope})"


def _scope(choices: Sequence[Choice], tasks_too: bool) -> str:
    """The range of the conditions; not each combination within it was measured."""
    values: dict[str, list[Any]] = defaultdict(list)
    for choice in choices:
        for axis, value in choice.condition.items():
            values[axis].append(value)
    said = []
    if "tool" in values:
        said.append(words.listed(sorted({words.TOOLS[tool] for tool in values["tool"]})))
    if tasks_too:
        tasks = [task for task in TASKS if task in values["task"]]
        said.append(words.listed(words.TASKS[task] for task in tasks))
    if "n_samples" in values:
        said.append(f"{words.spans(values['n_samples'])} samples")
        said.append(f"{words.spans(values['n_variants'])} variants")
    elif "data" in values:
        said.append(words.listed(sorted(set(values["data"]))))
    for axis, name in (("cores", "core"), ("nodes", "node")):
        if axis in values:
            many = set(values[axis]) != {1}
            said.append(f"{words.spans(values[axis])} {name}{'s' * many}")
    return "; ".join(said)


def condition_words(condition: Mapping[str, Any]) -> str:
    """A condition in full."""
    said = []
    for axis, value in condition.items():
        if axis == "task":
            said.append(words.TASKS[value])
        elif axis == "tool":
            said.append(words.TOOLS[value])
        elif axis not in ("data", "threads"):
            said.append(f"{words.AXES.get(axis, axis)} {value:,}" if isinstance(value, int)
                        else f"{words.AXES.get(axis, axis)} {value}")  # fmt: skip
        elif axis == "data" and "n_samples" not in condition:
            said.append(str(value))
    return ", ".join(said)
