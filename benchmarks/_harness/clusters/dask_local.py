"""A Dask cluster on nodes of this machine.

The scheduler, and each worker with its nanny, are separate processes, as on a real cluster.
"""

import json
import os
import sys
from collections import namedtuple
from pathlib import Path

from .. import memory, page_cache
from . import nodes, processes
from .processes import Processes

ADDRESS = "GWAS_DASK_SCHEDULER"
SETTINGS = json.loads(
    (Path(__file__).parents[2] / "dask_settings.json").read_text(encoding="utf-8")
)
# position: its node, and its number on the node
_Worker = namedtuple("_Worker", "position pid address")
_LOCAL = ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0", "--no-dashboard"]


def as_variables(settings):
    """Settings as environment variables, which Dask reads."""
    return {
        "DASK_" + key.replace(".", "__").replace("-", "_").upper(): str(value)
        for key, value in settings.items()
    }


class Local:
    """A cluster on this machine; `start` connects `client`."""

    def __init__(self, layout, settings, folder, limit=None):
        """`limit`: memory of one worker in bytes, by default its share of the machine's."""
        self.layout, self._settings = layout, settings
        self._cpus = nodes.node_cpus(layout)
        share = 0.8 * nodes.machine_memory() / (layout.nodes * layout.workers)
        self._limit = int(limit or share)
        self.processes = Processes(folder)
        self.client = None
        self._workers = self._lost = ()

    def start(self):
        """Start the scheduler and the nodes' workers, and connect to them."""
        everywhere = sorted({cpu for cpus in self._cpus for cpu in cpus})
        file = self.processes.folder / "scheduler.json"
        self._run("scheduler", [*_LOCAL, "--port", "0", "--scheduler-file", file], everywhere)
        self.address = self.processes.wait_until(
            lambda: _address(file), 120, "starting a Dask scheduler"
        )
        for node in range(self.layout.nodes):
            for worker in range(self.layout.workers):
                self._start_worker(node, worker)
        import dask
        from distributed import Client

        dask.config.set(self._settings)
        self.client = Client(self.address, timeout=60, set_as_default=True)
        self.restore()

    def kill_worker(self):
        """Kill a worker of the last node; its nanny starts a new one."""
        self._lost = self._workers[-1:]
        processes.kill(self._lost[0].pid)

    def lose_node(self):
        """Kill all processes of the last node."""
        last = self.layout.nodes - 1
        self._lost = [worker for worker in self._workers if worker.position[0] == last]
        for worker in self._lost:
            self.processes.kill(_name(*worker.position))

    def restore(self):
        """Restart workers that no nanny restarts, and wait until all are there."""
        for worker in self._lost:
            if self.processes.ended(_name(*worker.position)):
                self._start_worker(*worker.position)
        lost = {worker.address for worker in self._lost}
        expected = self.layout.nodes * self.layout.workers
        self.processes.wait_until(
            lambda: len(set(self.client.nthreads()) - lost) >= expected,
            120,
            "starting Dask workers",
        )
        self._lost, self._workers = (), self._connected()

    def too_little_memory(self):
        """Bytes a worker: a tenth less than the peak of any worker so far."""
        return int(0.9 * max(memory.high_water(worker.pid) for worker in self._workers))

    def make_cold(self, folder):
        page_cache.evict(folder)

    def stop(self):
        if self.client is not None:
            close(self.client)
        self.processes.stop()

    def _connected(self):
        """The workers that are connected to the scheduler, sorted by position."""

        def who(dask_worker):
            import os

            return dask_worker.name, os.getpid()

        return sorted(
            _Worker([int(number) for number in name[len("node") :].split("-")], pid, address)
            for address, (name, pid) in self.client.run(who).items()
        )

    def _start_worker(self, *position):
        self._run(
            _name(*position),
            [
                *(self.address, "--name", _name(*position), "--nthreads", self.layout.threads),
                *("--memory-limit", self._limit, "--death-timeout", 120, *_LOCAL),
            ],
            self._cpus[position[0]],
        )

    def _run(self, name, args, cpus):
        module = "dask_scheduler" if name == "scheduler" else "dask_worker"
        env = dict(os.environ, **as_variables(self._settings))
        env.update({variable: "1" for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")})
        env.update(MKL_NUM_THREADS="1", NUMBA_NUM_THREADS="1")
        env.update(DASK_TEMPORARY_DIRECTORY=str(self.processes.folder))  # the scheduler's as well
        command = [sys.executable, "-m", "distributed.cli." + module, *args]
        self.processes.start(name, command, cpus, env)


def _name(node, worker):
    return "node{}-{}".format(node, worker)


def _address(file):
    """The address that a scheduler wrote to its file; None before it has."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))["address"]
    except (OSError, ValueError):
        return None


def close(client):
    """Close a client, also when its cluster is gone."""
    try:
        client.close(timeout=5)
    except Exception as error:  # whatever is raised, the rest of stop() must run
        print("closing the Dask client: {!r}".format(error), file=sys.stderr)
