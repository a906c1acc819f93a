"""How long it takes to go from one Sgkit commit to the next, against asv's virtualenv plugin.

    GWAS_UPSTREAM_SGKIT=path/to/sgkit python -m tests.environments.switch_speed [COMMIT ...]

Both plugins install the same commits, in turn, from the same git mirror of Sgkit, with the same
requirements (the frozen stack's) and no cached wheel of Sgkit. asv's plugin is told to leave
dependencies alone: by default it fetches and installs them all again for each commit. The first
commit makes the environment and is not counted; then the seconds of each switch are printed, and
their ratio.
"""

from __future__ import annotations

import argparse
import copy
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tools.environments import locks

ROOT = Path(__file__).resolve().parents[2]
COMMITS = ["694254c0", "54fd78ff", "37d3d291", "2e047c04"]
PARTS = ("asv.conf.json", "upstreams.toml", "benchmarks", "datasets", "tools")
OURS, ASVS = "ours", "asv's virtualenv"


def main() -> None:
    """Switch both plugins through the commits in turn, print seconds and their ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("commits", nargs="*", default=COMMITS, help="two or more")
    commits = parser.parse_args().commits
    with tempfile.TemporaryDirectory(prefix="gwas-switch-") as folder:
        root = Path(folder)
        for part in PARTS:
            source = ROOT / part
            (shutil.copytree if source.is_dir() else shutil.copy)(source, root / part)
        os.chdir(root)
        os.environ["GWAS_CACHE"] = str(root / ".cache")
        update = ["tools", "upstreams", "update", "sgkit", "--source", "git"]
        subprocess.run([sys.executable, "-m", *update], check=True)
        seconds = _switch(commits)
    middle = {name: statistics.median(taken) for name, taken in seconds.items()}
    print(", ".join(f"{name}: median {value:.1f} s" for name, value in middle.items()))
    print(f"asv's takes {middle[ASVS] / middle[OURS]:.1f} times as long")


def _switch(commits: list[str]) -> dict[str, list[float]]:
    from asv.config import Config
    from asv.environment import get_environments
    from asv.machine import Machine
    from asv.plugin_manager import plugin_manager
    from asv.repo import get_repo

    sys.path.insert(0, os.getcwd())
    plugin_manager.import_plugin("asv.plugins.virtualenv")
    plugin_manager.import_plugin(".tools.asv_plugins")
    from tools.environments.machine import ensure_described

    conf = Config.load("asv.conf.json")
    repo = get_repo(conf)
    hashes = [repo.get_hash_from_name(commit) for commit in commits]
    ours = next(
        one for one in get_environments(conf, ["per-commit"]) if one.name.endswith("frozen")
    )
    # as `asv run` has it by then: the machine's file, and the benchmarks listed
    ensure_described()
    Machine.load(interactive=False).save(conf.results_dir)
    type(ours)._benchmarks["any"] = {}
    seconds: dict[str, list[float]] = {OURS: [], ASVS: []}
    asvs = None
    for at, commit in enumerate(hashes):
        for name in seconds:
            started = time.perf_counter()
            if name == ASVS and asvs is None:
                asvs = _virtualenv(conf)
                asvs.create()
            (ours if name == OURS else asvs).install_project(conf, repo, commit)
            taken = time.perf_counter() - started
            print(f"{name:18} {commit[:8]} {taken:6.1f} s{'' if at else '  (not counted)'}")
            if at:
                seconds[name].append(taken)
    return seconds


def _virtualenv(conf: Any) -> Any:
    """asv's own environment, with the packages of the frozen stack's lock, by pip."""
    from asv.environment import get_environments

    (lock,) = Path(conf.results_dir, "locks").glob("*.txt")
    own = copy.copy(conf)
    own.env_dir = "env-asv"
    own.environment_type, own.pythons = "virtualenv", ["3.11"]
    pins = dict(line.split("==") for line in locks.packages(lock.read_text()))
    own.matrix = {"req": {name: [version] for name, version in pins.items()}}
    no_deps = "python -m pip {} --no-deps"  # what Sgkit needs is there: asv's default fetches it
    own.build_command = [no_deps.format("wheel") + " -w {build_cache_dir} {build_dir}"]
    own.install_command = ["in-dir={env_dir} " + no_deps.format("install") + " {wheel_file}"]
    os.environ["SETUPTOOLS_SCM_PRETEND_VERSION"] = "0.6.0"  # the mirror's tags are not Sgkit's
    return next(iter(get_environments(own, None)))


if __name__ == "__main__":
    main()
