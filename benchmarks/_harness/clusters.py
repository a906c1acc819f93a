"""What clusters of both engines have in common: nodes, layouts, CPUs, processes and their end."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import uuid
from collections import namedtuple
from contextlib import suppress
from pathlib import Path

from . import cores, memory, process

NODES = [1, 2, 4, 8]
# Workers x threads of a node. The study had 8x5 and 40x1; `any` is an existing cluster as it is.
LAYOUTS = ["1x1", "1x2", "2x1", "8x5", "40x1", "any"]

SHARE = "GWAS_NODES_SHARE_CORES"  # 1: for tests only, what is measured then means nothing
FOLDER = "clusters"  # below the scratch folder: one folder for each cluster that runs
_MARK = "GWAS_CLUSTER"
_GENTLY = 10  # seconds that processes get to end by themselves

Layout = namedtuple("Layout", "nodes workers threads")  # workers of a node, threads of a worker


class ClusterError(RuntimeError):
    """A cluster that is not there, does not start or does not fit; the message says what to do."""


def layout(nodes, text):
    """The Layout of the parameters `nodes` and `layout`; None of the latter two for `any`."""
    if text == "any":
        return Layout(nodes, None, None)
    workers, threads = text.split("x")
    return Layout(nodes, int(workers), int(threads))


def describe(wanted):
    """A Layout in words."""
    if wanted.workers is None:
        return "{} node(s)".format(wanted.nodes)
    return "{} node(s) of {} worker(s) with {} thread(s)".format(*wanted)


def node_cpus(wanted):
    """The CPUs of each node of a cluster on this machine; NotImplementedError when too few.

    Each thread of a worker has a physical core to itself, or the point would mean nothing.
    """
    if wanted.workers is None:
        raise NotImplementedError("the layout `any` is for a cluster that is there already")
    size = wanted.workers * wanted.threads
    if os.environ.get(SHARE) == "1":
        return [cores.choose(1)] * wanted.nodes
    try:
        cpus = cores.choose(wanted.nodes * size)
    except NotImplementedError as too_few:
        raise NotImplementedError("{}: {}".format(describe(wanted), too_few)) from None
    return [cpus[i * size : (i + 1) * size] for i in range(wanted.nodes)]


def require_answer(address, variable, *schemes):
    """ClusterError when nothing listens at an address: engines would wait for it a minute."""
    place = re.match(r"({})://([^:/,]+):(\d+)$".format("|".join(schemes)), address)
    if place is None:
        raise ClusterError(
            "{} is {!r}, which is no {}://host:port".format(variable, address, schemes[0])
        )
    try:
        socket.create_connection((place.group(2), int(place.group(3))), timeout=10).close()
    except (OSError, OverflowError) as error:
        raise ClusterError(
            "nothing answers at {} ({}): {}".format(address, variable, error)
        ) from None


def require_layout(wanted, found, address):
    """NotImplementedError when an existing cluster is not of the layout that a point is about.

    `found` holds the number of threads of each worker, by host.
    """
    fits = len(found) == wanted.nodes and all(
        wanted.workers is None or threads == [wanted.threads] * wanted.workers
        for threads in found.values()
    )
    if not fits:
        here = ", ".join("{}: {}".format(host, threads) for host, threads in sorted(found.items()))
        raise NotImplementedError(
            "this point is {}; {} has these threads by host: {}".format(
                describe(wanted), address, here or "none"
            )
        )


def machine_memory():
    """Bytes of memory that this machine has."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


class Processes:
    """The processes of one cluster: each writes a log, and all end together, theirs included."""

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
        """The file with what a process said."""
        return self.folder / (name + ".log")

    def wait_until(self, ready, seconds, what):
        """Poll until `ready()` is true, and give its value; ClusterError when that fails."""
        end = time.monotonic() + seconds
        while True:
            value = ready()
            if value:
                return value
            for name, started in self._started.items():
                if started.poll() is not None:
                    raise ClusterError("{}: {} ended: {}".format(what, name, self._words(name)))
            if time.monotonic() > end:
                said = ["{}: {}".format(name, self._words(name)) for name in self._started]
                raise ClusterError("{}: not after {} s: {}".format(what, seconds, "; ".join(said)))
            time.sleep(0.05)

    def _words(self, name):
        return " | ".join(self.log(name).read_text(errors="replace").splitlines()[-5:])

    def pids(self, *words):
        """The cluster's processes whose command line holds all these words."""
        return [pid for pid in marked(self._mark) if all(w in command(pid) for w in words)]

    def ended(self, name):
        """Whether the process that was started under a name has ended."""
        return self._started[name].poll() is not None

    def below(self, name):
        """The process that was started under a name, and its descendants."""
        return memory.tree(self._started[name].pid)

    def kill(self, name):
        """Kill the process that was started under a name, and its descendants."""
        for pid in self.below(name):
            if not removes_semaphores(pid):  # it ends when the others have, which have left some
                kill(pid)

    def stop(self):
        """End all of them, wait until none is left, and remove their files.

        All but the first that was started are asked to, then the first: so workers take leave of
        their scheduler, and remove what they keep elsewhere, as semaphores. The rest is killed.
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
                if waited > _GENTLY or not removes_semaphores(pid):
                    kill(pid)
            for started in self._started.values():
                started.poll()  # takes it from the table of processes
            time.sleep(0.02)
            left = marked(self._mark)


def marked(mark=""):
    """The living processes of a cluster (any by default), wherever they moved to."""
    text = "{}={}".format(_MARK, mark).encode()
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                environment = Path("/proc", entry, "environ").read_bytes().split(b"\0")
                if any(item.startswith(text) for item in environment):
                    found.append(int(entry))
            except OSError:
                continue  # ended meanwhile, or another user's
    return found


def command(pid):
    """The command line of a process; empty when it has ended."""
    try:
        return Path("/proc", str(pid), "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def removes_semaphores(pid):
    """Whether it is Python's own process that does so, and ends, once all who use them ended."""
    return "resource_tracker import main" in command(pid)


def kill(pid):
    """End a process as the kernel does when memory is out: it gets no chance to tell anybody."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
