"""docs/nightly.md: what it tells people to install is what systemd, cron and a shell take."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tools.cli import nightly
from tools.common.paths import ROOT

TEXT = (ROOT / "docs" / "nightly.md").read_text()


def block(word: str) -> str:
    """The one code block that holds a word."""
    (found,) = (body for body in re.findall(r"```\w*\n(.*?)```", TEXT, re.S) if word in body)
    return str(found)


def arguments(line: str) -> list[str]:
    return line.partition("-m tools nightly")[2].partition(">>")[0].partition(";")[0].split()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    service = block("Type=oneshot").replace("/srv/tracker/.venv/bin/python", "/bin/true")
    (tmp_path / "gwas-tracker.service").write_text(service)
    (tmp_path / "gwas-tracker.timer").write_text(block("OnCalendar"))
    for unit in ("service", "timer"):
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", tmp_path / f"gwas-tracker.{unit}"],
            capture_output=True, text=True,
        )  # fmt: skip
        assert "gwas-tracker" not in done.stderr, done.stderr


@pytest.mark.parametrize(
    ("status", "passed_on"),
    [(0, 0), (14, 14), (1, 1), (7, 7), (130, 130)],
)
def test_the_workflow_fails_only_where_the_night_did(
    tmp_path: Path, status: int, passed_on: int
) -> None:
    workflow = yaml.safe_load(block("runs-on"))
    (step,) = workflow["jobs"]["night"]["steps"]
    program = tmp_path / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\nexit {status}\n")
    program.chmod(0o755)
    # as GitHub runs it
    done = subprocess.run(["bash", "-e", "-c", step["run"]], cwd=tmp_path)
    assert done.returncode == passed_on


@pytest.mark.parametrize(("status", "mailed"), [(0, False), (14, True), (130, True)])
def test_cron_mails_what_failed(tmp_path: Path, status: int, mailed: bool) -> None:
    line = block("MAILTO").splitlines()[1].partition("*  ")[2]
    assert "%" not in line  # which ends a command of cron's
    program = tmp_path / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho failed: the site\nexit {status}\n")
    program.chmod(0o755)
    command = ["sh", "-c", line.replace("/srv/tracker", str(tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True)
    said = f"the night ended with {status}\nfailed: the site\n" if mailed else ""
    assert done.stdout + done.stderr == said


def test_the_command_lines_are_the_commands() -> None:
    import argparse

    parser = argparse.ArgumentParser()
    nightly.add_arguments(parser)
    lines = re.findall(r".*-m tools nightly --.*", TEXT)
    assert len(lines) == 4
    for line in lines:
        assert parser.parse_args(arguments(line)).hours == 6
