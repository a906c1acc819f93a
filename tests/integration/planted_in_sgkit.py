"""Nights over Sgkit's real history, with a second pass over the genotypes planted in it.

    python -m tests.integration.planted_in_sgkit SGKIT FOLDER

SGKIT is Sgkit's git repository (a path or an address), FOLDER an empty place for a clone of it
and for a checkout of this tracker with results of its own; data sets, wheels and the site's
scripts are shared with this checkout. The clone holds release 0.9.0 and the 30 commits after it.
Into the 23rd of them goes a check of count_variant_genotypes that reads all genotypes once more,
and so into the later ones. The commits arrive over four nights. Ends with 0 when just that one
commit was alerted, with an explanation that names its function and the doubled reads. Takes about
an hour on a quiet core, and goes on where it was.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.common import paths

FIRST, COMMITS, PLANTED = "0.9.0", 30, 23
ARRIVALS = (16, 20, 25, 30)  # commits that are there on each night
PLACE = "sgkit/stats/aggregation.py"
BEFORE = """    N = np.empty(n_genotypes, np.uint64)
    shape = (G.chunks[0], n_genotypes)
"""
SECOND_PASS = """    if int(((G < -1) | (G >= n_alleles)).sum().compute()) > 0:
        raise ValueError("A genotype holds an allele that the dataset does not have")
"""
BENCH = (
    r"(hardy_weinberg|allele_frequency)\.Sgkit\.(time_compute|track_(input|graph)\w+)"
    r"\('sim-2504-2k', 1\)",
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


def run(root: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """A command of the tracker in the checkout; it is shown as it runs."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "GWAS_CACHE": str(root / ".cache"), "PATH": path}
    command = [sys.executable, "-m", "tools", *args]
    print("$", *args, flush=True)
    with subprocess.Popen(
        command, cwd=root, env=environment, text=True, stdout=subprocess.PIPE
    ) as started:
        assert started.stdout is not None
        lines = []
        for text in started.stdout:
            print(text, end="", flush=True)
            lines.append(text)
    return subprocess.CompletedProcess(command, started.returncode, "".join(lines), "")


def main(source: str, folder: Path) -> int:
    """All nights; 0 when just the planted commit was alerted."""
    folder.mkdir(parents=True, exist_ok=True)
    clone = folder / "sgkit"
    commits = plant(source, clone)
    root = checkout(folder, clone)
    run(root, "datasets", "prepare", "sim-2504-2k", "--formats", "zarr")
    said = ""
    for count in ARRIVALS:
        git(clone, "branch", "--force", "arrived", commits[count - 1])
        options = [word for pattern in BENCH for word in ("--bench", pattern)]
        night = run(root, "nightly", "--hours", "2", *options)
        if night.returncode not in (0, 10, 11, 12):
            return night.returncode
        said += night.stdout
    planted = commits[PLANTED - 1]
    told = re.findall(r"^commit   (\w+)", said, flags=re.M)
    print(f"planted {planted}; alerted: {', '.join(told) or 'nothing'}")
    explained = "track_input_reads 1 -> 2" in said and "sgkit/" in said
    return 0 if told == [planted] and explained else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]).absolute()))
