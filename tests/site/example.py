"""The made project that the site's tests look at, with known changes planted in it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

from tests.site import made_site
from tests.site.made_site import Benchmark, Project
from tools.alerts import events, states
from tools.alerts.events import SeriesChange
from tools.alerts.evidence import OtherMetric
from tools.alerts.store import Store
from tools.results.series_key import SeriesKey

COMMITS = 24
SLOWER_AT, FASTER_AT, SPIKE_AT, DROP_AT = 12, 8, 22, 14
MACHINE_AT = 6  # of Hail's branch: slower for good
HOSTILE = (
    "Speed up <script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'> (#123)"
)
HOSTILE_TAG = "<img/src=x/onerror=window.hacked=1>"


def _machine(tool: str, number: int) -> float:
    return 0.14 if tool == "hail" and number >= MACHINE_AT else 0.1


BENCHMARKS = [
    Benchmark("pca.Sgkit.time_compute", lambda _, n: 0.5 if n < SLOWER_AT else 0.8),
    Benchmark("hardy_weinberg.Sgkit.time_compute", lambda _, n: 3.0 if n < FASTER_AT else 0.3),
    Benchmark("association.Sgkit.time_compute", lambda _, n: 1.8 if n == SPIKE_AT else 1.0),
    Benchmark("ld_prune.Sgkit.time_compute", lambda _, n: 2.0, noise=0.02),
    Benchmark("allele_frequency.Sgkit.time_compute", lambda _, n: 0.2, noise=0.02),
    Benchmark("pca.Sgkit.track_throughput", lambda _, n: 9e4 if n < DROP_AT else 6e4, samples=0),
    Benchmark(
        "allele_frequency.Sgkit.track_throughput",
        lambda _, n: 2e4 if n < DROP_AT else 6e4,
        samples=0,
    ),
    Benchmark(
        "pca.Sgkit.peakmem_tree",
        lambda _, n: 4e8,
        data=("'smoke'", "'1kg-sites'", "'sim-1k'"),
        samples=0,
        absent=("'sim-1k'",),
    ),
    Benchmark("pca.Hail.time_compute", lambda _, n: 20 - n / 10, noise=0.002),
    Benchmark("pca.Spark.time_compute", lambda *_: math.nan),  # listed, never measured
    Benchmark("pca.Plink.time_compute", lambda *_: 15.0, noise=0.02),
    Benchmark("sentinels.Machine.time_compute", _machine, data=("'smoke'",)),
    Benchmark("association.Hail.time_compute", lambda *at: 3.0 * _machine(*at)),
]


def make(root: Path) -> Project:
    """Three histories, even commits measured, two stacks, releases, a lock and its provenance."""
    subjects = [f"Change number {number} (#{number + 100})" for number in range(COMMITS)]
    subjects[FASTER_AT] = HOSTILE
    releases = {number: f"0.{number}.0" for number in range(0, COMMITS, 4)}
    releases[1] = HOSTILE_TAG
    histories = {"sgkit": subjects, "hail": subjects[:12], "dask": subjects[:12]}
    project = made_site.make(
        root, histories, {tool: {k: v for k, v in releases.items() if k < len(listed)}
                          for tool, listed in histories.items()}
    )  # fmt: skip
    made_site.add_results(
        project,
        {tool: range(0, len(listed), 2) for tool, listed in histories.items()},
        BENCHMARKS,
        stacks=("frozen", "dated"),
    )
    _add_provenance(project, project.commits["sgkit"][FASTER_AT])
    _add_events(project)
    return project


def _add_events(project: Project) -> None:
    """A confirmed slow-down that was found, a step of the machine, and two that are settled."""
    store = Store(project.root / "results" / "alerts.sqlite")
    commits = project.commits["sgkit"]
    old, new = commits[SLOWER_AT - 2], commits[SLOWER_AT]
    key = SeriesKey.of("pca.Sgkit.time_compute", {"data": "'smoke'"})
    line = SeriesChange(key, "pca in Sgkit: time_compute", "seconds", False, 0.5, 0.8)
    slower = store.add("sgkit", "frozen", "box", events.CODE, old, new, [line])
    for _ in range(4):
        store.add_pair(slower.id, key, old, new, 0.5, 0.8)
    proof = {"outcome": "confirmed", "ratio": 1.6, "low": 1.5, "high": 1.7, "pairs": 4}
    store.add_evidence(slower.id, confirmation={**proof, "key": str(key)})
    store.add_answer(slower.id, commits[SLOWER_AT - 1], False, "refuted")
    store.add_pair(slower.id, key, old, commits[SLOWER_AT - 1], 0.5, 0.51)
    found = {"good": commits[SLOWER_AT - 1], "bad": new, "between": [], "finished": True}
    store.add_evidence(slower.id, range=found)
    gained = {"function": "sgkit/stats/pca.py:<lambda>", "old": 0.1, "new": 0.4}
    tasks = SeriesKey("pca.Sgkit.track_graph_tasks", key.parameters)
    beside = [OtherMetric(tasks, 10, 20, False)]
    store.add_evidence(slower.id, beside=beside, profile=[gained])
    store.set_state(slower.id, states.CONFIRMED, f"measured again {HOSTILE}")
    for number in range(8):
        store.add_repeat("frozen", "box", key, new, 0.8, 0.8 + (-1) ** number * 0.01)
    machine = SeriesChange(
        SeriesKey("sentinels.Machine.time_file_read"), "file read", "seconds", False, 1.0, 2.0
    )
    store.add("sgkit", "frozen", "box", events.MACHINE, old, new, [machine])
    faster = replace(line, better=True, new_value=0.4)
    for state, until in ((states.REFUTED, None), (states.SUPPRESSED, "2027-01-31")):
        ends = commits[0], commits[2]
        settled = store.add("sgkit", "frozen", "box", events.CODE, *ends, [faster])
        store.set_state(settled.id, state, "a reason", until)
    store.set_kind(settled.id, events.DEPENDENCY)
    store.add_answer(settled.id, f"{settled.new}+3", True, "")
    store.add_evidence(
        settled.id,
        frozen="pca failed: ImportError",
        packages="confirmed: ratio 0.500",
        dependencies=[{"name": "numpy", "old": "1.26", "new": ""}],
    )
    store.close()


def _add_provenance(project: Project, commit: str) -> None:
    results = project.root / "results"
    (results / "locks").mkdir()
    (results / "locks" / "0123abcd4567.txt").write_text("# python 3.11\nnumpy==1.26.4\n")
    line = {
        "benchmark": "pca.Sgkit.time_compute", "at": "2026-11-20T10:00:00+00:00", "tool": "sgkit",
        "commit": commit, "version": "0.8.0", "stack": "frozen", "python": "3.11",
        "lock": "0123abcd4567", "installed": "sgkit-0.8.0-py3-none-any.whl", "java": None,
        "tracker": "f" * 40,
    }  # fmt: skip
    path = results / "box" / "provenance" / f"{commit[:8]}-frozen.jsonl"
    path.parent.mkdir()
    path.write_text(json.dumps(line) + "\n" + json.dumps(line)[:40])
