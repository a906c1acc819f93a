"""The processes of a local cluster: started one by one, ended together."""

import os
import shutil
import signal
import subprocess
import time
import uuid
from contextlib import suppress
from pathlib import Path

from .. import memory, process
from .nodes import ClusterError

FOLDER = "clusters"  # below the scratch folder: a folder for each running cluster
_MARK = "GWAS_CLUSTER"
_GENTLY = 10  # seconds that processes get to end by themselves


class Processes:
    """The processes of one cluster, each with a log; `stop` ends them and all their children."""

    def __init__(self, folder):
        self.folder = Path(str(folder))
        self.folder.mkdir(parents=True, exist_ok=True)
        self._mark = uuid.uuid4().hex
        self._started = {}

    def start(self, name, args, cpus, env):
        """Start a process; its output goes to NAME.log."""
        with self.log(name).open("wb") as log:
            self._started[name] = process.start(
                [str(word) for word in args],
                cpus=cpus,
                env=dict(env, **{_MARK: self._mark}),
                cwd=str(self.folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self._started[name]

    def log(self, name):
        """The log of a process."""
        return self.folder / (name + ".log")

    def wait_until(self, ready, seconds, what):
        """Poll `ready()` until it is true, and return its value.

        Raises ClusterError after `seconds`, and as soon as a process ends.
        """
        end = time.monotonic() + seconds
        while True:
            value = ready()
            if value:
                return value
            for name, started in self._started.items():
                if started.poll() is not None:
                    raise ClusterError(
                        "{}: {} ended: {}".format(what, name, self._last_lines(name))
                    )
            if time.monotonic() > end:
                logs = ["{}: {}".format(name, self._last_lines(name)) for name in self._started]
                raise ClusterError("{}: not after {} s: {}".format(what, seconds, "; ".join(logs)))
            time.sleep(0.05)

    def _last_lines(self, name):
        return " | ".join(self.log(name).read_text(errors="replace").splitlines()[-5:])

    def pids(self, *words):
        """The cluster's processes whose command line contains all these words."""
        return [pid for pid in marked(self._mark) if all(w in command(pid) for w in words)]

    def ended(self, name):
        """Whether a process has ended."""
        return self._started[name].poll() is not None

    def below(self, name):
        """A process and its descendants."""
        return memory.tree(self._started[name].pid)

    def kill(self, name):
        """Kill a process and its descendants."""
        for pid in self.below(name):
            if not is_resource_tracker(
                pid
            ):  # ends by itself, after it has removed their semaphores
                kill(pid)

    def stop(self):
        """End all processes, wait until none is left, and remove their files.

        Workers are asked to end before their scheduler, which was started first: they sign off
        and remove their semaphores. Those that do not end in time are killed.
        """
        first, others = list(self._started)[:1], list(self._started)[1:]
        for names in (others, first):
            self._end_gently(names)
        self._kill()
        shutil.rmtree(str(self.folder), ignore_errors=True)

    def _end_gently(self, names):
        for name in names:
            self._started[name].terminate()  # does nothing to one that has ended
        end = time.monotonic() + _GENTLY
        while not all(map(self.ended, names)) and time.monotonic() < end:
            time.sleep(0.02)

    def _kill(self):
        begin = time.monotonic()
        left = marked(self._mark)
        while left:
            waited = time.monotonic() - begin
            if waited > 3 * _GENTLY:
                raise ClusterError("processes of a cluster do not end: {}".format(left))
            for pid in left:
                if waited > _GENTLY or not is_resource_tracker(pid):
                    kill(pid)
            for started in self._started.values():
                started.poll()  # takes it from the table of processes
            time.sleep(0.02)
            left = marked(self._mark)


def marked(mark=""):
    """The living processes of a cluster (of any by default), whatever their parent is now."""
    text = "{}={}".format(_MARK, mark).encode()
    pids = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                environment = Path("/proc", entry, "environ").read_bytes().split(b"\0")
                if any(item.startswith(text) for item in environment):
                    pids.append(int(entry))
            except OSError:
                continue  # has ended, or belongs to another user
    return pids


def command(pid):
    """The command line of a process; empty once it has ended."""
    try:
        return Path("/proc", str(pid), "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def is_resource_tracker(pid):
    """Whether a process is Python's resource tracker.

    It removes semaphores of its siblings once they have ended, and then ends itself.
    """
    return "resource_tracker import main" in command(pid)


def kill(pid):
    """End a process as the kernel does when memory runs out: without a chance to clean up."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
