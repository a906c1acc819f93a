"""A task on a Dask or Spark cluster: what the distributed classes inherit."""

import importlib.util
import os
import tempfile
from contextlib import contextmanager, suppress

from .. import axis, cores, data, shapes
from ..limit import TimeOver, limited
from ..tools import sgkit
from . import dask_existing, dask_local, nodes, processes, spark_existing, spark_local

# added to the name of Dask's settings: numba's cache is on, which Sgkit turned off in 0.8.0
WITH_JIT_CACHE = "+numba-cache"


class OnCluster(axis.OfTask):
    """A task on a local cluster, or on the one that the environment variable `address` names."""

    address = ""
    shape = ""  # the parameter that names the chunks or partitions
    cluster = None
    memory = None  # bytes of a worker; None: its share of the machine's

    def configure(self, parameters):
        self.existing = bool(os.environ.get(self.address))
        self.layout = nodes.layout_of(parameters["nodes"], parameters["layout"])
        if self.existing:
            if self.metric == "peakmem_tree":
                raise NotImplementedError(
                    "the memory of other machines cannot be measured from here"
                )
            count = len(cores.available())
        else:
            count = len({cpu for cpus in nodes.node_cpus(self.layout) for cpu in cpus})
        super().configure(dict(parameters, cores=count))
        if self.shape in parameters:
            shape = shapes.of(parameters["data"], self.format, parameters[self.shape])
            self.paths = data.shaped_paths(parameters["data"], self.format, shape)

    def finish(self):
        if self.cluster is not None:
            self.stop()

    def make_cold(self):
        """Evict the data set's files from the page cache of the nodes."""
        self.cluster.make_cold(self.paths.folder)

    def observe(self):
        if not self.existing:
            return super().observe()
        self.start()  # in this process: the work is done elsewhere, a fresh one would show no more
        self.warm_up()
        return {"error": self.check()}

    def scratch(self):
        """A new folder for the files of one cluster."""
        return tempfile.mkdtemp(prefix=self.tool + "-", dir=str(data.work(processes.FOLDER)))


class OnDask(OnCluster):
    """Mixed into Sgkit's base class: tasks on Dask distributed."""

    address = dask_local.ADDRESS
    shape = "chunks"

    def require_tool(self):
        super().require_tool()
        if importlib.util.find_spec("distributed") is None:
            raise NotImplementedError("distributed is not installed here")

    def configure(self, parameters):
        super().configure(parameters)
        name, self.jit_cache, _ = parameters["settings"].partition(WITH_JIT_CACHE)
        self.settings = dask_local.SETTINGS[name]

    def start(self):
        self.load()
        sgkit.choose_jit_cache(self.is_cached())
        if self.existing:
            work = data.work()
            arguments = (self.layout, self.settings, self.paths, work)
            self.cluster = dask_existing.Existing(*arguments)
        else:
            arguments = (self.layout, self.settings, self.scratch(), self.memory)
            self.cluster = dask_local.Local(*arguments)
        self.cluster.start()

    def stop(self):
        cluster, self.cluster = self.cluster, None
        cluster.stop()

    def is_cached(self):
        """Whether workers may take functions from numba's cache. Call it after load()."""
        return bool(self.jit_cache) or sgkit.caches_by_itself()

    def prime(self):
        self.load()
        if self.is_cached():  # otherwise each new cluster compiles again
            super().prime()

    def primed_marker(self):
        marker = super().primed_marker()  # workers compile more functions than one process does
        return marker and marker.with_name(marker.name + "-on-workers")

    def persist(self, dataset):
        return _waited(dataset.persist())

    def hold(self, result):
        return _waited(result.persist())

    def force(self, result):
        # as in the study: compute() would also transfer the result to this process
        return len(_waited(result.persist()).variables)

    @contextmanager
    def watched(self):
        yield {}  # tasks and reads can be counted in this process only, and happen in workers


class OnSpark(OnCluster):
    """Mixed into Hail's base class: tasks on standalone Spark."""

    address = spark_local.ADDRESS
    shape = "partitions"

    def start(self):
        if self.existing:
            self.cluster = spark_existing.Existing(self.layout, data.work())
        else:
            self.cluster = spark_local.Local(self.layout, self.scratch(), self.memory)
        self.cluster.start()
        with self.cluster.joining():
            super().start()
        self.cluster.check(self.paths)

    def spark(self):
        return self.cluster.master, self.cluster.settings()

    def stop(self):
        cluster, self.cluster = self.cluster, None
        try:
            # on a broken cluster it may never return; its JVM ends with this process
            with suppress(TimeOver), limited(30):
                super().stop()
        finally:
            cluster.stop()


def _waited(dataset):
    from distributed import wait

    wait(dataset)
    return dataset
