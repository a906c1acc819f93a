"""Dask distributed: a cluster of nodes on this machine, or one that is there already.

The scheduler and each worker, with its nanny, are processes of their own, started as they are on
a real cluster.
"""

import json
import os
import sys
from collections import namedtuple
from pathlib import Path

from . import clusters, memory, page_cache
from .clusters import ClusterError

ADDRESS = "GWAS_DASK_SCHEDULER"
SETTINGS = json.loads(
    (Path(__file__).parent.parent / "dask_settings.json").read_text(encoding="utf-8")
)
# place: its node, and its number there
_Worker = namedtuple("_Worker", "place pid address")
_LOCAL = ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0", "--no-dashboard"]


def as_variables(settings):
    """Settings as Dask takes them from the environment."""
    return {
        "DASK_" + key.replace(".", "__").replace("-", "_").upper(): str(value)
        for key, value in settings.items()
    }


class Local:
    """A cluster on this machine; `client` is connected once it is started."""

    def __init__(self, wanted, settings, folder, limit=None):
        """`limit` is the memory of one worker in bytes; by default its share of the machine's."""
        self.wanted, self._settings = wanted, settings
        self._cpus = clusters.node_cpus(wanted)
        share = 0.8 * clusters.machine_memory() / (wanted.nodes * wanted.workers)
        self._limit = int(limit or share)
        self.processes = clusters.Processes(folder)
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
        for node in range(self.wanted.nodes):
            for worker in range(self.wanted.workers):
                self._start_worker(node, worker)
        import dask
        from distributed import Client

        dask.config.set(self._settings)
        self.client = Client(self.address, timeout=60, set_as_default=True)
        self.mend()

    def kill_worker(self):
        """Kill a worker of the last node; its nanny starts another."""
        self._lost = self._workers[-1:]
        clusters.kill(self._lost[0].pid)

    def lose_node(self):
        """Kill all that runs on the last node."""
        last = self.wanted.nodes - 1
        self._lost = [worker for worker in self._workers if worker.place[0] == last]
        for worker in self._lost:
            for pid in self.processes.below(_name(*worker.place)):
                clusters.kill(pid)

    def mend(self):
        """Start again what was lost and does not come back, and wait for all workers."""
        for worker in self._lost:
            if self.processes.ended(_name(*worker.place)):
                self._start_worker(*worker.place)
        gone = {worker.address for worker in self._lost}
        expected = self.wanted.nodes * self.wanted.workers
        self.processes.wait_until(
            lambda: len(set(self.client.nthreads()) - gone) >= expected,
            120,
            "starting Dask workers",
        )
        self._lost, self._workers = (), self._known()

    def too_little_memory(self):
        """Bytes a worker: a tenth less than the most that one has taken so far."""
        return int(0.9 * max(memory.high_water(worker.pid) for worker in self._workers))

    def make_cold(self, folder):
        page_cache.evict(folder)

    def stop(self):
        if self.client is not None:
            _close(self.client)
        self.processes.stop()

    def _known(self):
        """The workers that the scheduler knows, by their places."""

        def who(dask_worker):
            import os

            return dask_worker.name, os.getpid()

        return sorted(
            _Worker([int(number) for number in name[len("node") :].split("-")], pid, address)
            for address, (name, pid) in self.client.run(who).items()
        )

    def _start_worker(self, *place):
        self._run(
            _name(*place),
            [
                *(self.address, "--name", _name(*place), "--nthreads", self.wanted.threads),
                *("--memory-limit", self._limit, "--death-timeout", 120, *_LOCAL),
                *("--local-directory", self.processes.folder),
            ],
            self._cpus[place[0]],
        )

    def _run(self, name, args, cpus):
        module = "dask_scheduler" if name == "scheduler" else "dask_worker"
        env = dict(os.environ, **as_variables(self._settings))
        env.update({variable: "1" for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")})
        env.update(MKL_NUM_THREADS="1", NUMBA_NUM_THREADS="1")
        command = [sys.executable, "-m", "distributed.cli." + module, *args]
        self.processes.start(name, command, cpus, env)


class Existing:
    """A cluster whose scheduler's address is in GWAS_DASK_SCHEDULER."""

    processes = None

    def __init__(self, wanted, settings, paths, scratch):
        self.address = os.environ[ADDRESS]
        self.wanted, self._settings = wanted, settings
        self._paths, self._scratch = paths, scratch

    def start(self):
        """Connect, and check all that could make a run fail or mean something else."""
        clusters.require_answer(self.address, ADDRESS, "tcp", "tls")
        import dask
        from distributed import Client

        dask.config.set(self._settings)
        try:
            self.client = Client(self.address, timeout=15, set_as_default=True)
        except (OSError, ValueError) as error:
            raise ClusterError(
                "what answers at {} ({}) is no Dask scheduler: {}".format(
                    self.address, ADDRESS, error
                )
            ) from None
        found = {}
        for worker, threads in self.client.nthreads().items():
            found.setdefault(worker.rpartition(":")[0], []).append(threads)
        clusters.require_layout(self.wanted, found, self.address)
        self._require_versions()
        self._require_settings()
        self._require_files()

    def make_cold(self, folder):
        text = Path(page_cache.__file__).read_text(encoding="utf-8")

        def evict(text, folder):
            names = {}
            exec(text, names)
            names["evict"](folder)

        self.client.run(evict, text, str(folder))

    def stop(self):
        if getattr(self, "client", None) is not None:
            _close(self.client)

    def _require_versions(self):
        # this sends no code, so it also works where the Pythons differ
        versions = self.client.get_versions(check=False)
        mine = _by_package(versions["client"])
        others = dict(versions["workers"], scheduler=versions["scheduler"])
        differences = _differences(mine, {who: _by_package(v) for who, v in others.items()})
        if not differences:
            names = ("sgkit", "zarr", "numcodecs", "xarray", "numba")
            differences = _differences(
                _installed(names), self.client.run(_installed_function(), names)
            )
        if differences:
            raise ClusterError(
                "{}: versions differ from those here: {}".format(
                    self.address, "; ".join(differences)
                )
            )

    def _require_settings(self):
        keys = list(SETTINGS["study"])

        def read(keys):
            import dask

            return {key: dask.config.get(key, None) for key in keys}

        scheduler = self.client.run_on_scheduler(read, keys)
        for key, value in self._settings.items():
            if scheduler[key] != value:
                raise NotImplementedError(
                    "{} of the scheduler at {} is {!r}, and this point is about {!r}: start the "
                    "cluster with {}".format(
                        key, self.address, scheduler[key], value, as_variables({key: value})
                    )
                )

    def _require_files(self):
        token = self._scratch / "seen-by-workers"
        token.write_text("")

        def lacking(files):
            import os

            return [file for file in files if not os.path.exists(file)]

        wanted = [self._paths.zarr, self._paths.phenotypes, str(token)]
        missing = self.client.run(lacking, wanted)
        token.unlink()
        for worker, files in missing.items():
            if files:
                raise ClusterError(
                    "worker {} does not see {}: GWAS_DATASETS and GWAS_WORK must be on a file "
                    "system that all nodes share, at the same path".format(worker, files[0])
                )


def _name(node, worker):
    return "node{}-{}".format(node, worker)


def _address(file):
    """The address that a scheduler has written down; None while it has not."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))["address"]
    except (OSError, ValueError):
        return None


def _close(client):
    try:
        client.close(timeout=5)
    except Exception as error:  # the cluster may be gone: closing must go on
        print("closing the Dask client: {!r}".format(error), file=sys.stderr)


def _by_package(entry):
    """Python's and the packages' versions in what Dask tells of a process."""
    host = {key: value for key, value in dict(entry["host"]).items() if key == "python"}
    names = ("dask", "distributed", "numpy", "cloudpickle", "msgpack")
    packages = dict(entry["packages"])
    return dict(host, **{name: packages.get(name) for name in names})


def _installed(names):
    return _installed_function()(names)


def _installed_function():
    """A function that a worker can run without our code."""

    def installed(names):
        from importlib import metadata

        found = {}
        for name in names:
            try:
                found[name] = metadata.version(name)
            except metadata.PackageNotFoundError:
                found[name] = None
        return found

    return installed


def _differences(mine, others):
    return [
        "{} has {} {}, here is {}".format(who, name, theirs.get(name), version)
        for who, theirs in sorted(others.items())
        for name, version in mine.items()
        if theirs.get(name) != version
    ]
