"""A standalone Spark cluster on nodes of this machine.

PySpark's own `spark-class` starts the master and one worker daemon a node. The daemons start the
executors: as many on each node as the layout has workers.
"""

import os
import re
import time
from contextlib import nullcontext
from pathlib import Path

from .. import page_cache
from . import nodes, processes
from .nodes import ClusterError
from .processes import Processes

ADDRESS = "GWAS_SPARK_MASTER"
_MEGABYTE = 1 << 20
_LEAST = 512 * _MEGABYTE  # Spark refuses executors with less than 450 MB
_EXECUTOR = "CoarseGrainedExecutorBackend"
_STARTED = re.compile(r"Starting Spark master at (spark://[^\s]+)")


class Cluster:
    """What local and existing clusters share: Spark's settings, and its executors."""

    def settings(self):
        """Settings of the driver."""
        layout = self.layout
        settings = {
            # all executors are there before the first task, so that every run has the same number
            "spark.scheduler.minRegisteredResourcesRatio": "1.0",
            "spark.scheduler.maxRegisteredResourcesWaitingTime": "120s",
        }
        if layout.workers is not None:
            total = layout.nodes * layout.workers * layout.threads
            settings["spark.cores.max"] = str(total)
            settings["spark.executor.cores"] = str(layout.threads)
        return settings

    def joining(self):
        """A context manager in which Hail starts on the cluster."""
        return nullcontext()

    def executors(self):
        """host:port of each registered executor."""
        import hail as hl

        context = hl.spark_context()._jsc.sc()
        infos = context.statusTracker().getExecutorInfos()
        addresses = {"{}:{}".format(info.host(), info.port()) for info in infos}
        return addresses - {context.env().blockManager().blockManagerId().hostPort()}

    def wait_for_executors(self, count, beside=frozenset(), seconds=120):
        """All executors, once `count` have registered, not counting those in `beside`.

        Raises ClusterError after `seconds`.
        """
        end = time.monotonic() + seconds
        while True:
            executors = self.executors()
            registered = len(executors - beside)
            if registered >= count:
                return executors
            if time.monotonic() > end:
                raise ClusterError(
                    "{}: {} of {} executors after {} s".format(
                        self.master, registered, count, seconds
                    )
                )
            time.sleep(0.1)


class Local(Cluster):
    """A cluster on this machine."""

    def __init__(self, layout, folder, limit=None):
        """`limit`: memory of one executor in bytes, by default its share of the machine's."""
        self.layout = layout
        self._cpus = nodes.node_cpus(layout)
        share = 0.5 * nodes.machine_memory() / (layout.nodes * layout.workers)
        self._memory = int(limit or min(share, 4096 * _MEGABYTE)) // _MEGABYTE
        self.processes = Processes(folder)
        self._before = frozenset()  # the executors before the last fault
        self._lost = 0

    def start(self):
        """Start the master and the nodes."""
        everywhere = sorted({cpu for cpus in self._cpus for cpu in cpus})
        address = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
        self._run("master", ["org.apache.spark.deploy.master.Master", *address], everywhere)
        self.master = self.processes.wait_until(self._address, 120, "starting a Spark master")
        self._start_nodes(range(self.layout.nodes))

    def kill_worker(self):
        """Kill an executor of the last node; its daemon starts a new one."""
        below = self.processes.below(self._last)
        executors = [pid for pid in below if _EXECUTOR in processes.command(pid)]
        self._lost = 1
        processes.kill(executors[-1])

    def lose_node(self):
        """Kill all processes of the last node."""
        self._lost = self.layout.workers
        self.processes.kill(self._last)

    def restore(self):
        """Restart the last node if it was lost, and wait until the lost executors are replaced."""
        if self.processes.ended(self._last):
            self._start_nodes([self.layout.nodes - 1])
        self._before = self.wait_for_executors(self._lost, beside=self._before)
        self._lost = 0

    def too_little_memory(self):
        """Bytes an executor: the least that Spark accepts."""
        return _LEAST

    @property
    def _last(self):
        return _name(self.layout.nodes - 1)

    def _start_nodes(self, nodes):
        """Start the worker daemons of these nodes, and wait until they have registered."""
        layout = self.layout
        for node in nodes:
            self._run(
                _name(node),
                [
                    *("org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1"),
                    *("--port", "0", "--webui-port", "0"),
                    *("--cores", layout.workers * layout.threads),
                    # with room for Spark's overhead beside each executor's own memory
                    *("--memory", "{}m".format(layout.workers * (self._memory + 512))),
                    *("--work-dir", self.processes.folder / _name(node), self.master),
                ],
                self._cpus[node],
            )
        for node in nodes:
            log = self.processes.log(_name(node))
            self.processes.wait_until(
                lambda log=log: "Successfully registered" in _text(log),
                120,
                "starting a Spark worker",
            )

    def settings(self):
        return dict(
            super().settings(),
            **{
                "spark.driver.host": "127.0.0.1",
                "spark.driver.bindAddress": "127.0.0.1",
                "spark.executor.memory": "{}m".format(self._memory),
            },
        )

    def check(self, paths):
        self._before = self.wait_for_executors(self.layout.nodes * self.layout.workers)

    def make_cold(self, folder):
        page_cache.evict(folder)

    def stop(self):
        self.processes.stop()

    def _address(self):
        match = _STARTED.search(_text(self.processes.log("master")))
        return match and match.group(1)

    def _run(self, name, args, cpus):
        import pyspark

        home = os.path.dirname(pyspark.__file__)
        env = dict(
            os.environ,
            SPARK_HOME=home,
            SPARK_LOCAL_IP="127.0.0.1",  # also for the daemons' web pages: they cannot be off
            SPARK_DAEMON_MEMORY="512m",
            # for master and daemons, not executors: with better compilation they start 0.5 s later
            SPARK_DAEMON_JAVA_OPTS="-XX:TieredStopAtLevel=1",
            SPARK_LOCAL_DIRS=str(self.processes.folder),
        )
        env.pop("PYSPARK_SUBMIT_ARGS", None)
        self.processes.start(name, ["bash", home + "/bin/spark-class", *args], cpus, env)


def _name(node):
    return "node{}".format(node)


def _text(path):
    return Path(str(path)).read_text(errors="replace") if os.path.exists(str(path)) else ""
