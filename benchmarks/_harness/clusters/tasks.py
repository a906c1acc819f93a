"""A task on a cluster: the engine's part of what the distributed classes inherit."""

import importlib.util
import os
import tempfile
from contextlib import contextmanager, suppress

from .. import axis, cores, data, shapes
from ..limit import TimeOver, limited
from ..tools import sgkit
from . import dask_existing, dask_local, nodes, processes, spark_existing, spark_local

# after the name of Dask's settings: numba's cache is on, which Sgkit has off since 0.8.0
WITH_JIT_CACHE = "+numba-cache"


class OnCluster(axis.OfTask):
    """A task on nodes of this machine, or on the cluster that the variable `address` names."""

    address = ""
    shape = ""  # the parameter with the character of chunks or partitions
    cluster = None
    memory = None  # of a worker, in bytes; None for its share of the machine's

    def place(self, point):
        self.existing = bool(os.environ.get(self.address))
        self.wanted = nodes.layout(point["nodes"], point["layout"])
        if self.existing:
            if self.metric == "peakmem_tree":
                raise NotImplementedError("memory on other machines is not seen from here")
            count = len(cores.available())
        else:
            count = len({cpu for cpus in nodes.node_cpus(self.wanted) for cpu in cpus})
        super().place(dict(point, cores=count))
        if self.shape in point:
            shape = shapes.of(point["data"], self.format, point[self.shape])
            self.paths = data.shaped_paths(point["data"], self.format, shape)

    def finish(self):
        if self.cluster is not None:
            self.stop()

    def make_cold(self):
        """Have the nodes forget the pages of the data set's files."""
        self.cluster.make_cold(self.paths.folder)

    def observe(self):
        if not self.existing:
            return super().observe()
        self.start()  # what is run is elsewhere: a process of our own shows nothing more
        self.warm_up()
        return {"error": self.check()}

    def scratch(self):
        """A new folder for the files of one cluster."""
        return tempfile.mkdtemp(prefix=self.tool + "-", dir=str(data.work(processes.FOLDER)))


class OnDask(OnCluster):
    """Mixed into Sgkit's base class: its tasks on Dask distributed."""

    address = dask_local.ADDRESS
    shape = "chunks"

    def require_tool(self):
        super().require_tool()
        if importlib.util.find_spec("distributed") is None:
            raise NotImplementedError("distributed is not installed here")

    def place(self, point):
        super().place(point)
        name, self.jit_cache, _ = point["settings"].partition(WITH_JIT_CACHE)
        self.settings = dask_local.SETTINGS[name]

    def start(self):
        self.load()
        sgkit.choose_jit_cache(self.is_cached())
        if self.existing:
            work = data.work()
            arguments = (self.wanted, self.settings, self.paths, work)
            self.cluster = dask_existing.Existing(*arguments)
        else:
            arguments = (self.wanted, self.settings, self.scratch(), self.memory)
            self.cluster = dask_local.Local(*arguments)
        self.cluster.start()

    def stop(self):
        cluster, self.cluster = self.cluster, None
        cluster.stop()

    def is_cached(self):
        """Whether workers may take functions from numba's cache; asked once Sgkit is loaded."""
        return bool(self.jit_cache) or sgkit.caches_by_itself()

    def prime(self):
        self.load()
        if self.is_cached():  # else each new cluster compiles anew
            super().prime()

    def primed_marker(self):
        marker = super().primed_marker()  # workers compile what a process alone does not
        return marker and marker.with_name(marker.name + "-on-workers")

    def persist(self, dataset):
        return _waited(dataset.persist())

    def hold(self, result):
        return _waited(result.persist())

    def force(self, result):
        # as in the study: compute() would also bring the result to this process
        return len(_waited(result.persist()).variables)

    @contextmanager
    def watched(self):
        yield {}  # tasks and reads are counted in this process, and happen in others


class OnSpark(OnCluster):
    """Mixed into Hail's base class: its tasks on Spark standalone."""

    address = spark_local.ADDRESS
    shape = "partitions"

    def start(self):
        if self.existing:
            self.cluster = spark_existing.Existing(self.wanted, data.work())
        else:
            self.cluster = spark_local.Local(self.wanted, self.scratch(), self.memory)
        self.cluster.start()
        with self.cluster.joining():
            super().start()
        self.cluster.check(self.paths)

    def spark(self):
        return self.cluster.master, self.cluster.settings()

    def stop(self):
        cluster, self.cluster = self.cluster, None
        try:
            # with its cluster in trouble it may wait for ever; its JVM ends with this process
            with suppress(TimeOver), limited(30):
                super().stop()
        finally:
            cluster.stop()


def _waited(dataset):
    from distributed import wait

    wait(dataset)
    return dataset
