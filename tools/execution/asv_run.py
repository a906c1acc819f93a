"""Run `asv run` and `asv publish` as child processes that end with this one."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools.common import links, process

_STOPPING = 60  # seconds for asv to end its benchmarks and save


def asv() -> str:
    """The path of the tracker's asv."""
    return str(Path(sys.executable).parent / "asv")


def environment(stack: str) -> str:
    """asv's name for the environment of a stack."""
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
    """Start asv on `commits`, with its output in `log`; on exit end it if it still runs.

    Measured values are kept. The mirror is not updated. `ledger` is the file for its cost.
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
        # its own session, so that Ctrl-C reaches it once, from _end, and not during its clean-up
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
    """Write html/ from the results; ProgramError when asv fails.

    `site` is the address for links in feeds; GWAS_SITE_URL by default.
    """
    env = {"GWAS_NO_PULL": "1", **({links.SITE_URL: site} if site else {})}
    process.run([asv(), "publish", "--no-pull"], timeout=1800, env=env)


def log_tail(path: Path, lines: int = 12) -> str:
    """The last lines of a log."""
    return "\n  ".join(path.read_text(errors="replace").splitlines()[-lines:])


def _end(started: subprocess.Popen[bytes]) -> None:
    if started.poll() is not None:
        return
    started.terminate()  # the environment plugin treats it as Ctrl-C; SIGINT may be ignored
    try:
        started.wait(_STOPPING)
    except subprocess.TimeoutExpired:
        process.kill_tree(started.pid)
        started.wait()
