"""An existing Spark cluster, and the checks before it is measured.

The checks run in the JVMs alone: Hail needs no Python on the executors.
"""

import os
import time
import uuid
from contextlib import contextmanager

from . import nodes
from .nodes import ClusterError
from .spark_local import ADDRESS, Cluster

DRIVER_HOST = "GWAS_SPARK_DRIVER_HOST"
_WHO = [  # in SQL, for each executor: the version of its Spark, and its host
    "java_method('org.apache.spark.package', 'SPARK_VERSION')",
    "java_method('org.apache.spark.util.Utils', 'localHostName')",
]


class Existing(Cluster):
    """A cluster whose master's address is in GWAS_SPARK_MASTER."""

    processes = None

    def __init__(self, layout, scratch):
        self.layout, self._scratch = layout, scratch
        self.master = os.environ[ADDRESS]

    def start(self):
        """Check that a master answers; PySpark connects to it when Hail starts."""
        nodes.require_answer(self.master, ADDRESS, "spark")

    def settings(self):
        host = os.environ.get(DRIVER_HOST)
        return dict(super().settings(), **({"spark.driver.host": host} if host else {}))

    @contextmanager
    def joining(self):
        """Explain a failed start: Spark itself only says that its context has stopped."""
        try:
            yield
        except Exception as error:
            raise ClusterError(
                "Hail does not start on {}: the master and the workers must be Spark {}, as "
                "PySpark here is ({})".format(self.master, _spark_here(), _reason(str(error)))
            ) from None

    def check(self, paths):
        """Check the executors: their number, their Spark, and that they read the data."""
        import hail as hl

        self._context = hl.spark_context()
        self._wait()
        self._require_versions()
        nodes.require_layout(self.layout, self._threads(), self.master)
        self._require_files(paths)

    def make_cold(self, folder):
        raise NotImplementedError("the page cache of an existing Spark cluster cannot be emptied")

    def stop(self):
        pass

    def _wait(self):
        """Wait until all executors have registered, or none has for a minute."""
        for count in range(self.layout.nodes * (self.layout.workers or 1)):
            try:
                self.wait_for_executors(count + 1, seconds=60)
            except ClusterError:
                if count:
                    return  # a smaller cluster, which require_layout describes
                raise ClusterError(
                    "{} gave no executor within 60 s: its workers must have {} free cores and "
                    "1 GB each, and reach this machine by its name or {}".format(
                        self.master, self.layout.threads or "some", DRIVER_HOST
                    )
                ) from None

    def _require_versions(self):
        from pyspark.sql import SparkSession

        tasks = self._context.defaultParallelism  # one for each thread
        rows = SparkSession.builder.getOrCreate().range(0, tasks, 1, tasks)
        try:
            executors = {tuple(row) for row in rows.selectExpr(*_WHO).collect()}
        except Exception as error:
            executors = {("a Spark that does not understand ours", _reason(str(error)))}
        differ = ["{} ({})".format(*who) for who in sorted(executors) if who[0] != _spark_here()]
        if differ:
            raise ClusterError(
                "the executors of {} run Spark {}: start the master and the workers from {}, as "
                "PySpark here is".format(self.master, ", ".join(differ), _spark_here())
            )

    def _threads(self):
        """The threads of each executor, by host."""
        threads = {}
        for executor in self._listed():
            host = executor.hostPort().rpartition(":")[0]
            threads.setdefault(host, []).append(executor.totalCores())
        return threads

    def _require_files(self, paths):
        """ClusterError when an executor cannot read the data set or the scratch folder."""
        token = self._scratch / "seen-by-executors"
        token.write_text("seen")
        files = [paths.mt + "/metadata.json.gz", paths.phenotypes, str(token)]
        try:
            for file in files:
                self._require_file(file)
        finally:
            token.unlink()

    def _require_file(self, file):
        left = {executor.id() for executor in self._listed()}
        tasks = max(1, self._context.defaultParallelism)
        end = time.monotonic() + 60
        while left:
            group, reason = uuid.uuid4().hex, ""
            self._context._jsc.setJobGroup(group, "reading " + file, False)
            try:
                self._context._jsc.textFile(",".join(["file://" + file] * tasks), tasks).count()
            except Exception as error:
                reason = _reason(str(error))
            finally:
                self._context._jsc.clearJobGroup()
            for task in self._tasks(group):
                left.discard(task.executorId())
                if (
                    task.errorMessage().isDefined()
                ):  # Spark may have retried it elsewhere, with success
                    reason = "{}: {}".format(task.host(), _reason(task.errorMessage().get()))
            if reason or time.monotonic() > end:
                raise ClusterError(
                    "the executors of {} do not see {}: GWAS_DATASETS and GWAS_WORK must be on a "
                    "file system that all nodes share, at the same path ({})".format(
                        self.master, file, reason or "no task on {}".format(sorted(left))
                    )
                )

    def _listed(self):
        executors = _items(self._context._jsc.sc().statusStore().executorList(True))
        return [executor for executor in executors if executor.id() != "driver"]

    def _tasks(self, group):
        """Spark's record of each task of a job, failed ones included."""
        spark = self._context._jsc.sc()
        spark.listenerBus().waitUntilEmpty(10000)
        tracker, store = spark.statusTracker(), spark.statusStore()
        for job in tracker.getJobIdsForGroup(group):
            for stage in tracker.getJobInfo(job).get().stageIds():
                yield from _items(store.taskList(stage, 0, 100000))


def _items(seq):
    return [seq.apply(number) for number in range(seq.size())]


def _spark_here():
    import pyspark

    return pyspark.__version__


def _reason(error):
    """The line with the cause in a Java stack trace from Py4J."""
    lines = error.split("Caused by:")[-1].split("\n: ")[-1].strip().splitlines()
    return lines[0] if lines else "no reason given"
