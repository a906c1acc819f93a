"""How far the tools have come since the study: its own releases beside today's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tools.study import words
from tools.study.analysis.choices import ratio
from tools.study.analysis.editions import STUDY, TODAY
from tools.study.analysis.evidence import pick
from tools.study.analysis.measurements import TASKS, Measurement
from tools.study.page.tables import Table, weight


def table(editions: Mapping[str, Sequence[Measurement]]) -> Table:
    """How many times as fast today's releases are as the study's own, on the same points."""
    made = Table(
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
                then, now = max(pairs, key=lambda pair: weight(pair[0].axes))
                made.rows.append(
                    [
                        words.TASKS[task], words.TOOLS[tool], words.METRICS[metric],
                        words.setting(then.axes), (words.seconds(then.value), then.release),
                        (words.seconds(now.value), now.release), words.interval(ratio(then, now)),
                    ]
                )  # fmt: skip
                made.behind += [then, now]
    made.sentences = _progress(editions)
    return made


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
    then, now = (
        {
            point.condition: point
            for point in pick(editions[name], metric, "scaling", tool=tool, task=task)
        }
        for name in (STUDY, TODAY)
    )
    return [(then[condition], now[condition]) for condition in then if condition in now]
