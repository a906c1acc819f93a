"""How long `asv publish` takes with our Repo and pages, against asv's own Git class.

    python -m tests.site.publish_speed [--files 2000] [--releases 300] [--profile]

Made in a temporary folder: three histories in one union mirror, release tags, result files of
40 benchmarks with four parameter sets each. All variants publish the same files:

    plain   asv alone, with its Git class on the same union repository
    union   asv with our Repo only
    ours    our Repo, and our pages on top of asv's
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.site import made_site
from tests.site.made_site import Benchmark, Project

TASKS = ["allele_frequency", "hardy_weinberg", "ld_prune", "pca", "association"]
TOOLS = {"sgkit": 1500, "hail": 400, "dask": 6000}  # commits on each branch, about as they are
DATA = ("'smoke'", "'1kg-sites'", "'sim-2504-10k'", "'sim-2504-100k'")
OURS = [".tools.upstreams.asv_repo", ".tools.site.asv_publisher"]


def main() -> None:
    """Make the project, publish it in each variant, print seconds and ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=2000, help="result files (default 2000)")
    parser.add_argument("--releases", type=int, default=300, help="release tags (default 300)")
    parser.add_argument("--repeat", type=int, default=2, help="times each variant runs")
    parser.add_argument("--profile", action="store_true", help="show where the time goes")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gwas-publish-") as folder:
        project, files = _make(Path(folder) / "project", args.files, args.releases)
        print(f"{files} result files, {args.releases} releases, {sum(TOOLS.values())} commits")
        configuration = json.loads((project.root / "asv.conf.json").read_text())
        mirror = str(project.root / "cache" / "mirror.git")
        variants = {
            "ours": {},
            "union": {"plugins": OURS[:1]},
            "plain": {"plugins": [], "dvcs": "git", "repo": mirror},
        }
        _publish(project, configuration, {}, profile=False)  # makes the mirror, warms the disk
        best = {name: (float("inf"), float("inf")) for name in variants}
        for _ in range(args.repeat):  # interleaved, the best of each
            for name, settings in variants.items():
                wall, cpu = _publish(project, configuration, settings, profile=False)
                best[name] = min(best[name][0], wall), min(best[name][1], cpu)
        print("         wall     CPU   asv's own takes so many times as long")
        for name, (wall, cpu) in best.items():
            ratios = f"{best['plain'][0] / wall:.2f} (wall), {best['plain'][1] / cpu:.2f} (CPU)"
            print(f"{name:6} {wall:5.1f} s {cpu:5.1f} s   {ratios}")
        if args.profile:
            for name, settings in variants.items():
                print(f"\n== {name}: where the time goes (profiled, so slower)", flush=True)
                _publish(project, configuration, settings, profile=True)


def _make(root: Path, files: int, releases: int) -> tuple[Project, int]:
    each = releases // len(TOOLS)
    histories = {
        tool: [f"Change {n} (#{n})" for n in range(count)] for tool, count in TOOLS.items()
    }
    tags = {
        tool: {count * n // each: f"1.{n}.0" for n in range(each)}
        for tool, count in TOOLS.items()
    }  # fmt: skip
    project = made_site.make(root, histories, tags)
    commits = files // (2 * len(TOOLS))  # two stacks
    measured = {
        tool: [count * n // commits for n in range(commits)] for tool, count in TOOLS.items()
    }
    benchmarks = [
        Benchmark(f"{task}.{cls}.{metric}", lambda _, n: 1.0 if n < 200 else 1.4, DATA)
        for task in TASKS
        for cls in ("Sgkit", "Hail")
        for metric in ("time_compute", "time_first_call", "peakmem_tree", "time_end_to_end")
    ]
    written = made_site.add_results(project, measured, benchmarks, stacks=("frozen", "dated"))
    return project, written


def _publish(
    project: Project, configuration: dict[str, object], settings: dict[str, object], profile: bool
) -> tuple[float, float]:
    (project.root / "asv.conf.json").write_text(json.dumps({**configuration, **settings}))
    command = [sys.executable, "-m", "asv", "publish", "--config", "asv.conf.json", "--no-pull"]
    if profile:
        output = project.root / "profile"
        command[1:2] = ["-m", "cProfile", "-o", str(output), "-m"]
    started, used = time.perf_counter(), _cpu()
    done = subprocess.run(
        command, cwd=project.root, env=project.environment(), capture_output=True, text=True
    )
    taken = time.perf_counter() - started, _cpu() - used
    if done.returncode:
        sys.exit(f"asv publish failed:\n{done.stdout}{done.stderr}")
    if profile:
        code = (
            f"import pstats; pstats.Stats({str(output)!r}).sort_stats('cumtime').print_stats(45)"
        )
        shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
        print(re.sub(r"\S*/(site-packages|lib/python[\d.]+|tools)/", r"\1/", shown))
    return taken


def _cpu() -> float:
    """CPU seconds of all child processes: steadier than wall time where others work too."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
