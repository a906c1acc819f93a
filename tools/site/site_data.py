"""site.json: the names, units and releases that all our pages share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks._harness import registry
from tools.environments.plan import STACKS
from tools.results.metrics import Metric
from tools.upstreams.mirror import Mirror

# how pages call a metric; others are their names without the type
_METRICS = {
    "time_end_to_end": "end to end", "time_compute": "compute only", "time_load": "load only",
    "time_write": "write only", "peakmem_tree": "peak memory", "track_error": "deviation",
}  # fmt: skip
# that tools may be compared by, the best first: the whole command is what a user waits for
COMPARED = ("time_end_to_end", "time_compute", "time_first_call")
_OF_METRICS = ("time_", "track_", "peakmem_")


def of(
    project: str,
    mirror: Mirror,
    links: Mapping[str, Mapping[str, str]],
    declared: Mapping[str, Metric],
    releases: Mapping[str, Sequence[tuple[str, int, str]]],
    sizes: Mapping[str, tuple[int, int]],
) -> dict[str, Any]:
    """The content of site.json.

    `links` has the address templates of each branch. `releases` has (version, date in ms, hash)
    of each branch's releases, oldest first; `sizes` the samples and variants of each data set.
    """
    tools = {
        name: {"label": tool.label, "colour": tool.colour} for name, tool in registry.TOOLS.items()
    }
    return {
        "project": project,
        "branches": {
            branch: {
                "label": label(branch),
                "point": "release" if mirror.source_of(branch) == "index" else "commit",
                "releases": releases.get(branch, ()),
                "links": templates,
            }
            for branch, templates in links.items()
        },
        "tools": tools,
        "tasks": {name: task.label for name, task in registry.TASKS.items()},
        "metrics": {
            name: {
                "label": metric_label(name),
                "unit": metric.unit,
                "lower_is_better": metric.lower_is_better,
                "summary": metric.summary,
            }
            for name, metric in declared.items()
        },
        "compared": COMPARED,
        "stacks": STACKS,
        "sizes": sizes,
    }


def label(tool: str) -> str:
    """A tool's or branch's name as people write it."""
    known = registry.TOOLS.get(tool)
    return known.label if known else tool.capitalize()


def metric_label(name: str) -> str:
    """A metric's name as people write it."""
    if name in _METRICS:
        return _METRICS[name]
    for start in _OF_METRICS:
        name = name.removeprefix(start)
    return name.replace("_", " ")
