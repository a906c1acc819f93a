"""A process in the sandbox, with all that it starts, from its start to the end of the last."""

import contextlib
import json
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from tools.common import process, untrusted
from tools.sandbox import mechanism
from tools.sandbox.policy import Limits, Policy
from tools.sandbox.watch import Watch

_PREFIX = "gwas-run-"  # and our process id; in /tmp, because a socket's path must be short
_ENDING = 10.0  # seconds for the kernel to end all processes


class Confined:
    """Runs a command in the sandbox until `close`.

    Its folder `inside` is the only one that it shares with the tracker, beside those of its
    policy. What it puts there is a stranger's: read it with tools.common.untrusted.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        policy: Policy,
        variables: Mapping[str, str],
        cwd: Path | None = None,
    ) -> None:
        """Start `command`, an absolute path and its arguments, with exactly these variables.

        {inside} in an argument stands for the folder; `cwd` is that folder by default. Raises
        ConfigError and MissingError where the sandbox that GWAS_SANDBOX names does not work.
        """
        self.stopped: str | None = None  # why the tracker ended it
        self._mechanism = mechanism.chosen()
        name = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")
        self._folder = mechanism.new_folder(Path(name))
        self.inside = self._folder / "inside"
        self._log = self._folder / "log"
        words = [str(word).replace("{inside}", str(self.inside)) for word in command]
        own = {"HOME": str(self.inside / "home"), "TMPDIR": "/tmp"}
        if not self._mechanism.hides:
            own["TMPDIR"] = str(self.inside / "tmp")
            own["JAVA_TOOL_OPTIONS"] = f"-Djava.io.tmpdir={own['TMPDIR']}"  # it reads no TMPDIR
        try:
            with self._log.open("wb") as log, _Pipe() as pipe:
                self._process = subprocess.Popen(
                    self._mechanism.wrap(
                        words, policy, self._folder, cwd or self.inside, pipe.write_end
                    ),
                    env={**variables, **own},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=[pipe.write_end],
                    start_new_session=True,
                    preexec_fn=lambda: _before_start(policy.limits),
                )
                self._first = _process(pipe.read())
        except BaseException:
            shutil.rmtree(self._folder)
            raise
        self._watch = Watch(policy.limits, [self.inside, *policy.write], self._stop)

    @property
    def output(self) -> str:
        """What it printed so far; of a long output the beginning and the end."""
        return untrusted.read_output(self._log)

    def poll(self) -> int | None:
        """Its exit status, 128 and more where a signal ended it; None while it runs."""
        status = self._process.poll()
        return 128 - status if status is not None and status < 0 else status

    def wait(self, timeout: float | None) -> int:
        """Wait for its end; raises subprocess.TimeoutExpired."""
        self._process.wait(timeout)
        status = self.poll()
        assert status is not None
        return status

    def others(self, main: int) -> list[psutil.Process]:
        """Its processes except `main` and those that keep the sandbox."""
        try:
            tree = psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        return [each for each in tree if each.pid != main and each != self._first]

    def close(self) -> None:
        """End all its processes, and remove its folder."""
        self._end()
        self._watch.end()
        untrusted.remove(self._folder)

    def _stop(self, reason: str) -> None:
        self.stopped = reason
        self._end()

    def _end(self) -> None:
        """End all processes and wait until none is left."""
        if self._first:  # of its namespace: before it is gone, the kernel ends all others
            kill([self._first])
        else:
            self._process.terminate()  # the launcher kills all that is below it, then ends
        try:
            self._process.wait(_ENDING)
        except subprocess.TimeoutExpired:
            process.kill_tree(self._process.pid)
            self._process.wait()


def run(
    command: Sequence[str | Path],
    policy: Policy,
    variables: Mapping[str, str],
    *,
    timeout: float,
    cwd: Path | None = None,
) -> str:
    """Run a command in the sandbox and return its output; nothing of it is left afterwards.

    Raises ProgramError when it fails or takes longer than `timeout` seconds.
    """
    confined = Confined(command, policy, variables, cwd)
    try:
        status = confined.wait(timeout)
        output = confined.output
        if status != 0:
            raise process.failed(command, output, status, confined.stopped or "")
        return output
    except subprocess.TimeoutExpired:
        raise process.took_too_long(command, confined.output, timeout) from None
    finally:
        confined.close()


def kill(processes: Sequence[psutil.Process]) -> None:
    """Kill processes and wait up to 10 seconds for their end."""
    for each in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
    deadline = time.monotonic() + _ENDING
    while not all(map(_has_ended, processes)) and time.monotonic() < deadline:
        time.sleep(0.01)


def _has_ended(each: psutil.Process) -> bool:
    """Whether a process no longer runs; its parent may not have waited for it yet.

    The parent may be the machine's first process, which waits only once a second on some machines.
    """
    try:
        # a process is a zombie as soon as its first thread ended, while others may still run
        zombie = each.status() == psutil.STATUS_ZOMBIE and each.num_threads() <= 1
        return zombie or not each.is_running()
    except psutil.NoSuchProcess:
        return True


def remove_folders_of_the_dead() -> None:
    """Remove the folders of trackers that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            untrusted.remove(folder)


def _before_start(limits: Limits) -> None:
    process.end_with_parent()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    least = limits.file if hard == resource.RLIM_INFINITY else min(limits.file, hard)
    resource.setrlimit(resource.RLIMIT_FSIZE, (least, least))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as stream:
        stream.write("1000")  # when memory runs out, the kernel ends this and not the tracker


class _Pipe:
    """A pipe whose write end a child gets."""

    def __enter__(self) -> "_Pipe":
        self._read_end, self.write_end = os.pipe()
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._read_end)
        with contextlib.suppress(OSError):
            os.close(self.write_end)

    def read(self) -> bytes:
        """What the child wrote, once it has closed its end or ended."""
        os.close(self.write_end)
        with os.fdopen(os.dup(self._read_end), "rb") as stream:
            return stream.read()


def _process(information: bytes) -> psutil.Process | None:
    """The first process of the sandbox's namespace, as bubblewrap and our launcher write it."""
    try:
        return psutil.Process(json.loads(information)["child-pid"])
    except (ValueError, KeyError, psutil.NoSuchProcess):
        return None
