"""The real `asv run` and `asv publish` over commits that are wrong on purpose."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.upstreams import examples
from tools.common.paths import ROOT
from tools.upstreams.mirror import Mirror

TOML = """\
[one]
package = "one"
git = "{git}"
branch = "main"
source = "git"
build = "source"
first = "0.1"
classes = []
"""
BENCHMARK = """\
class Machine:
    def track_one(self):
        return 1
"""
METRICS = {"track_one": {"unit": "things", "direction": "lower", "summary": "One."}}


@pytest.fixture
def upstream(tmp_path: Path) -> examples.GitUpstream:
    return examples.GitUpstream(tmp_path / "one.git")


@pytest.fixture
def project(tmp_path: Path, upstream: examples.GitUpstream) -> Path:
    """A checkout whose stack covers no commit: nothing is built, every benchmark shows n/a."""
    (tmp_path / "upstreams.toml").write_text(TOML.format(git=upstream.path))
    (tmp_path / "suite").mkdir()
    (tmp_path / "suite" / "__init__.py").touch()
    (tmp_path / "suite" / "one.py").write_text(BENCHMARK)
    (tmp_path / "suite" / "metrics.json").write_text(json.dumps(METRICS))
    configuration = json.loads((ROOT / "asv.conf.json").read_text())
    configuration |= {"branches": ["one"], "benchmark_dir": "suite"}
    configuration["matrix"] = {"req": {"stack": ["frozen"]}}
    (tmp_path / "asv.conf.json").write_text(json.dumps(configuration))
    return tmp_path


def asv(project: Path, *args: str, status: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "asv", *args], cwd=project, capture_output=True, text=True,
        timeout=300, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(project),
             "GWAS_CACHE": str(project / "cache")},
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_run_goes_on_and_the_site_is_published(
    project: Path, upstream: examples.GitUpstream
) -> None:
    first = upstream.commit(tag="0.1")
    removed = upstream.commit("will be rewritten away")
    tracked = [examples.upstream("one", upstream.path)]
    Mirror(project / "cache" / "mirror.git").update(tracked, say=lambda _: None)
    upstream.head = first
    hostile = upstream.commit_raw(
        author=b"\xff\x1b[2J <a@x> 99999999999999 +9999",
        committer=b"C <c@x> 253402300800 -9999",
        message=b"\x1b[31m<script>" + b"x" * 200_000 + b"\n\n\xff",
    )
    upstream.git("tag", "0.1.5", hostile)
    last = upstream.commit(tag="0.2")
    listed = project / "listed"
    listed.write_text("\n".join([first, hostile, removed, last]))
    said = asv(project, "run", f"HASHFILE:{listed}", status=2)  # a commit was skipped
    assert f"commit {removed[:8]} is on no tracked branch" in said
    assert "Traceback" not in said
    assert "\x1b[2J" not in said
    measured = {json.loads(path.read_text())["commit_hash"]
                for path in project.glob("results/*/*-*stackfrozen.json")}  # fmt: skip
    assert measured == {first, hostile, last}
    assert "Traceback" not in asv(project, "publish", "--no-pull")
    index = json.loads((project / "html" / "index.json").read_text())
    assert set(index["revision_to_hash"].values()) == {first, hostile, last}
    years = {date // (365 * 86_400_000) for date in index["revision_to_date"].values()}
    assert years == {50}  # since 1970
    commits = json.loads((project / "html" / "commits.json").read_text())["commits"]
    assert len(commits[hostile]["subject"]) <= 300
    assert commits[hostile]["date"] == commits[first]["date"]
