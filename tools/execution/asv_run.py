"""One `asv run`: its output goes to a log, and it ends with whoever started it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools.common import links, process

_STOPPING = 60  # seconds that asv gets to end its benchmarks and to save


def asv() -> str:
    """The asv of the tracker's own packages."""
    return str(Path(sys.executable).parent / "asv")


def environment(stack: str) -> str:
    """asv's name of the environments of a stack."""
    return f"per-commit-pyauto-stack{stack}"


@contextmanager
def running(
    commits: str,
    stack: str,
    bench: Sequence[str],
    log: Path,
    *options: str,
    ledger: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """asv as it measures `commits`; on leaving it is ended, when it is not over.

    What it measured until then is kept. The mirror is left as it is.
    """
    command = [
        asv(), "run", commits, "--environment", environment(stack), "--no-pull",
        "--record-samples", "--show-stderr", *options,
    ]  # fmt: skip
    for pattern in bench:
        command += ["--bench", pattern]
    variables = {**os.environ, "GWAS_NO_PULL": "1"}
    if ledger is not None:
        variables["GWAS_COST_LEDGER"] = str(ledger)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as stream:
        # a session of its own: a Ctrl-C reaches it once, from here, and not in its clean-up
        started = subprocess.Popen(
            command,
            stdout=stream,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=variables,
            start_new_session=True,
            preexec_fn=process.end_with_parent,
        )
        try:
            yield started
        finally:
            _end(started)


def publish(site: str = "") -> None:
    """Write html/ anew from the results; ProgramError when asv fails at it.

    `site` is the address that the feeds lead to; by default that of GWAS_SITE_URL.
    """
    env = {"GWAS_NO_PULL": "1", **({links.SITE_URL: site} if site else {})}
    process.run([asv(), "publish", "--no-pull"], timeout=1800, env=env)


def log_tail(path: Path, lines: int = 12) -> str:
    """The last lines of a log."""
    return "\n  ".join(path.read_text(errors="replace").splitlines()[-lines:])


def _end(started: subprocess.Popen[bytes]) -> None:
    if started.poll() is not None:
        return
    started.terminate()  # which our environments take for a Ctrl-C; SIGINT may be ignored
    try:
        started.wait(_STOPPING)
    except subprocess.TimeoutExpired:
        process.kill_tree(started.pid)
        started.wait()
