"""Nights over Sgkit's real history, with a second pass over the genotypes planted in it.

    python -m tests.integration.planted_in_sgkit SGKIT FOLDER

SGKIT is Sgkit's git repository (a path or an address), FOLDER an empty place for a clone of it
and for a checkout of this tracker with results of its own; data sets, wheels and the site's
scripts are shared with this checkout. The clone holds release 0.9.0 and the 30 commits after it.
Into the 23rd of them goes a check of count_variant_alleles that counts all genotypes once more,
and so into the later ones. The commits arrive over four nights, and so do the nights: the command
goes on where it was. It ends with 0 when just that one commit was alerted, with an explanation
that names what is called more and the doubled reads. It takes about half an hour on a quiet core.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.alerts import events, states
from tools.alerts.store import Store
from tools.common import paths

FIRST, COMMITS, PLANTED = "0.9.0", 30, 23
ARRIVALS = (16, 20, 25, 30)  # commits that are there on each night
PLACE = "sgkit/stats/aggregation.py"
BEFORE = """        AC = xr.DataArray(AC, dims=["variants", "alleles"])
"""
SECOND_PASS = """        if int(AC.sum(axis=1).max().compute()) > G.shape[1]:
            raise ValueError("A variant has more alleles than its samples can have")
"""
DATA = "sim-2504-10k"
BENCH = (
    rf"allele_frequency\.Sgkit\.(time_compute|track_(input|graph)\w+)\('{DATA}', 1\)",
    "sentinels",
)
PARTS = ("asv.conf.json", "upstreams.toml", "benchmarks", "datasets", "tools")
SHARED = ("site", "datasets", "downloads", "wheels", "locks")


def git(clone: Path, *args: str, input: str | None = None, **env: str) -> str:
    """The output of a git command in the clone."""
    done = subprocess.run(
        ["git", "--git-dir", str(clone), *args],
        check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **env}, input=input,
    )  # fmt: skip
    return done.stdout


def plant(source: str, clone: Path) -> list[str]:
    """Make the clone; its commits after FIRST, oldest first, from the PLANTED one on rewritten.

    No work tree is needed for that: each commit gets its own tree, with one file changed.
    """
    if not clone.exists():
        making = clone.with_suffix(".part")
        shutil.rmtree(making, ignore_errors=True)
        subprocess.run(["git", "clone", "--quiet", "--bare", source, str(making)], check=True)
        line = git(making, "rev-list", "--reverse", "--first-parent", f"{FIRST}..main").split()
        text = git(making, "show", f"{line[PLANTED - 1]}:{PLACE}")
        assert text.count(BEFORE) == 1, f"{PLACE} is not what it was"
        changed = text.replace(BEFORE, SECOND_PASS + BEFORE)
        blob = git(making, "hash-object", "-w", "--stdin", input=changed).strip()
        parent = line[PLANTED - 2]
        for commit in line[PLANTED - 1 : COMMITS]:
            assert git(making, "show", f"{commit}:{PLACE}") == text, f"{commit} changes {PLACE}"
            parent = _rewritten(making, commit, parent, blob)
        git(making, "update-ref", "refs/heads/all", parent)
        for tag in git(making, "tag").split():
            if tag != FIRST:
                git(making, "tag", "--delete", tag)
        making.rename(clone)
    return git(clone, "rev-list", "--reverse", "--first-parent", f"{FIRST}..all").split()


def _rewritten(clone: Path, commit: str, parent: str, blob: str) -> str:
    """The commit on another parent and with another PLACE; author, dates and message stay."""
    index = {"GIT_INDEX_FILE": str(clone / "planting.index")}
    git(clone, "read-tree", commit, **index)
    git(clone, "update-index", "--cacheinfo", f"100644,{blob},{PLACE}", **index)
    tree = git(clone, "write-tree", "--missing-ok", **index).strip()
    *who, message = git(
        clone, "log", "-1", "--format=%an%n%ae%n%aI%n%cn%n%ce%n%cI%n%B", commit
    ).split("\n", 6)
    names = (
        "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_AUTHOR_DATE",
        "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE",
    )  # fmt: skip
    env = dict(zip(names, who, strict=True))
    return git(clone, "commit-tree", tree, "-p", parent, input=message, **env).strip()


def checkout(folder: Path, clone: Path) -> Path:
    """A checkout of this tracker that follows the clone alone."""
    root = folder / "tracker"
    parts = () if root.exists() else PARTS
    root.mkdir(exist_ok=True)
    for part in parts:
        source = paths.ROOT / part
        if source.is_dir():
            shutil.copytree(source, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, root / part)
    tracked = (root / "upstreams.toml").read_text()
    tracked = re.sub(r'git = "[^"]*sgkit\.git"', f'git = "{clone}"', tracked)
    tracked = tracked.replace('branch = "main"', 'branch = "arrived"', 1)
    tracked = tracked.replace('source = "auto"', 'source = "git"', 1)
    tracked = re.sub(r'first = "0\.3\.0"', f'first = "{FIRST}"', tracked, count=1)
    (root / "upstreams.toml").write_text(tracked)
    conf = json.loads((root / "asv.conf.json").read_text())
    (root / "asv.conf.json").write_text(json.dumps({**conf, "branches": ["sgkit"]}))
    (root / ".cache").mkdir(exist_ok=True)
    for name in SHARED:
        paths.cache(name).mkdir(parents=True, exist_ok=True)
        if not (root / ".cache" / name).exists():
            (root / ".cache" / name).symlink_to(paths.cache(name))
    return root


def run(root: Path, *args: str) -> int:
    """A command of the tracker in the checkout; its exit code."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "GWAS_CACHE": str(root / ".cache"), "PATH": path}
    print("$", *args, flush=True)
    command = [sys.executable, "-m", "tools", *args]
    return subprocess.run(command, cwd=root, env=environment, check=False).returncode


def verdict(root: Path, planted: str) -> int:
    """0 when just the planted commit was alerted, and explained."""
    store = Store(root / "results" / "alerts.sqlite")
    told = [one for one in store.all() if store.was_sent(one.id, "digest", states.CONFIRMED)]
    for event in told:
        print(f"alerted: {event.commit}: {event.evidence}")
    alerted = [event.commit for event in told if event.kind != events.MACHINE]
    if alerted != [planted]:
        print(f"not just {planted}")
        return 1
    (event,) = (one for one in told if one.commit == planted)
    reads = [(m.old, m.new) for m in event.evidence.beside if m.key.metric == "track_input_reads"]
    gained = max(event.evidence.profile or (), key=lambda one: one.new - one.old)
    print(f"reads {reads}, gained most: {gained}")
    return 0 if reads == [[1, 2]] or event.main.benchmark.endswith("reads") else 1


def main() -> int:
    """The nights that are left, or the next one; the verdict after the last."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sgkit")
    parser.add_argument("folder", type=lambda text: Path(text).absolute())
    parser.add_argument("--hours", default="1", help="budget of each night; default %(default)s")
    parser.add_argument("--one", action="store_true", help="one night only")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    commits = plant(args.sgkit, args.folder / "sgkit")
    root = checkout(args.folder, args.folder / "sgkit")
    done = args.folder / "nights"
    nights = len(done.read_text().split()) if done.exists() else 0
    options = [word for pattern in BENCH for word in ("--bench", pattern)]
    for number, count in enumerate(ARRIVALS):
        if number < nights:
            continue
        run(root, "datasets", "prepare", DATA, "--formats", "zarr")
        git(args.folder / "sgkit", "branch", "--force", "arrived", commits[count - 1])
        code = run(root, "nightly", "--hours", args.hours, *options)
        if code != 0:
            return code
        with done.open("a") as stream:
            stream.write(f"{code}\n")
        if args.one:
            return 0
    return verdict(root, commits[PLANTED - 1])


if __name__ == "__main__":
    sys.exit(main())
