"""Comparisons that speak for or against a finding, and the verdict that follows from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tools.study import words
from tools.study.analysis.choices import ratio
from tools.study.analysis.estimates import Estimate
from tools.study.analysis.measurements import Measurement

NEARLY = 0.75  # of the ideal: what is called an almost linear speed-up here

Points = Sequence[Measurement]
Pair = tuple[Measurement, Measurement]


@dataclass(frozen=True)
class Evidence:
    """One comparison that bears on a finding: for it, against it, or not decided (None)."""

    words: str
    agrees: bool | None
    points: tuple[Measurement, ...]
    runs: int = 1  # that were watched, of what happens now and then


@dataclass(frozen=True)
class Finding:
    """What the study says, where it does, and how it is looked for in our measurements."""

    id: str
    text: str
    source: str
    figures: tuple[str, ...]
    look: Callable[[Points], list[Evidence]]
    rare: bool = False  # says that something happens now and then: not to see it shows nothing


@dataclass(frozen=True)
class Verdict:
    """A finding's outcome for one edition."""

    words: str
    evidence: tuple[Evidence, ...]


def judge(finding: Finding, points: Points) -> Verdict:
    """Holds, does not hold, in part, not decided or not measured; of what is rare: seen or not."""
    found = tuple(finding.look(points))
    yes = sum(one.agrees is True for one in found)
    no = sum(one.agrees is False for one in found)
    if not found:
        return Verdict("not measured", found)
    if finding.rare:
        runs = sum(one.runs for one in found)
        seen = f"seen at {yes} of {len(found)} points" if yes else "not seen"
        return Verdict(f"{seen} in {runs} runs", found)
    if not yes and not no:
        return Verdict("not decided", found)
    word = "holds" if not no else "holds in part" if yes else "does not hold"
    unsure = f", {len(found) - yes - no} not decided" if yes + no < len(found) else ""
    return Verdict(f"{word}: {yes} for, {no} against{unsure}", found)


def known(point: Measurement) -> dict[str, Any]:
    """The axes of a point; its tool and, on a cluster, the state of the cache are among them."""
    axes = {"tool": point.tool, **point.axes}
    if point.experiment.startswith("distributed"):
        axes["cache"] = "cold" if point.experiment == "distributed_cold" else "warm"
    return axes


def pick(points: Iterable[Measurement], metric: str, *experiments: str, **axes: Any) -> Points:
    """The points of a metric and of experiments with these values; a tuple is any of several."""

    def fits(point: Measurement) -> bool:
        own = known(point)
        return all(
            own.get(axis) in (value if isinstance(value, tuple) else (value,))
            for axis, value in axes.items()
        )

    return [p for p in points if p.metric == metric and p.experiment in experiments and fits(p)]


def pairs(points: Points, axis: str, over: Any, under: Any) -> list[Pair]:
    """Points that differ in one axis only: the first has one value, the second the other."""
    by_value: dict[Any, dict[tuple[Any, ...], Measurement]] = {over: {}, under: {}}
    for point in points:
        own = known(point)
        value = own.pop(axis, None)
        if value in by_value:
            by_value[value][tuple(sorted(own.items()))] = point
    shared = sorted(by_value[over].keys() & by_value[under].keys(), key=str)
    return [(by_value[over][key], by_value[under][key]) for key in shared]


def least_and_most(points: Points, axis: str) -> list[Pair]:
    """Points with the least and the most of a number, equal otherwise."""
    counts = sorted({point.axes[axis] for point in points})
    return pairs(points, axis, counts[0], counts[-1]) if len(counts) > 1 else []


def slower(pairs: Iterable[Pair], axis: str) -> list[Evidence]:
    """For: the first takes longer than the second."""
    return _judged(pairs, axis, lambda times, _: times.value > 1 if times.decided else None)


def no_faster(pairs: Iterable[Pair], axis: str) -> list[Evidence]:
    """For: the second, which has more, gains nothing that counts, or loses; against: it gains."""

    def agrees(times: Estimate, _: Pair) -> bool | None:
        if times.high is not None and times.high < times.worth:
            return True
        return False if times.decided else None

    return _judged(pairs, axis, agrees)


def alike(pairs: Iterable[Pair], axis: str) -> list[Evidence]:
    """For: the times differ by less than what counts; against: by more."""

    def agrees(times: Estimate, _: Pair) -> bool | None:
        low, high, worth = times.low, times.high, times.worth
        if low is not None and high is not None and low > 1 / worth and high < worth:
            return True
        return False if times.decided else None

    return _judged(pairs, axis, agrees)


def speed_up(pairs: Iterable[Pair], axis: str, share: float) -> list[Evidence]:
    """For: more is faster by at least this share of what was added."""

    def agrees(times: Estimate, pair: Pair) -> bool | None:
        one, many = pair
        ideal = share * many.axes[axis] / one.axes[axis]
        if times.low is None or times.high is None:
            return None
        return True if times.low >= ideal else False if times.high < ideal else None

    return _judged(pairs, axis, agrees)


def _judged(
    pairs: Iterable[Pair], axis: str, agrees: Callable[[Estimate, Pair], bool | None]
) -> list[Evidence]:
    """The ratio of each pair, and what it says."""
    found = []
    for pair in pairs:
        times = ratio(*pair)
        said = f"{_name(*pair, axis)}: {words.interval(times)}"
        found.append(Evidence(said, agrees(times, pair), pair))
    return found


def _name(over: Measurement, under: Measurement, axis: str) -> str:
    """Both values of the axis, and what else there is to know."""
    own, other = known(over), known(under)
    parts = [words.TOOLS[over.tool]] if axis != "tool" else []
    parts += [words.TASKS[over.axes["task"]], words.size(over.axes)]
    for name in ("cores", "nodes", "layout", "chunks", "partitions", "settings", "cache"):
        if name in own and name != axis:
            parts.append(f"{words.AXES[name]} {own[name]}")
    values = [words.TOOLS.get(str(one[axis]), str(one[axis])) for one in (own, other)]
    return f"{', '.join(parts)}; {' / '.join(values)}" + (
        f" {axis}" if axis in ("cores", "nodes") else ""
    )
