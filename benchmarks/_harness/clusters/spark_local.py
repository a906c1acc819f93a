"""Spark standalone on nodes of this machine.

The master and each node's worker are started by PySpark's own `spark-class`; the workers start
the executors. Each node is one worker daemon with as many executors as the layout has workers.
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
    """What both kinds have in common: what Spark is told, and what is checked once it runs."""

    def settings(self):
        """Settings of the driver."""
        wanted = self.wanted
        found = {
            # all executors are there before the first task: no run has fewer than another
            "spark.scheduler.minRegisteredResourcesRatio": "1.0",
            "spark.scheduler.maxRegisteredResourcesWaitingTime": "120s",
        }
        if wanted.workers is not None:
            total = wanted.nodes * wanted.workers * wanted.threads
            found["spark.cores.max"] = str(total)
            found["spark.executor.cores"] = str(wanted.threads)
        return found

    def joining(self):
        """The context in which Hail starts on it."""
        return nullcontext()

    def executors(self):
        """host:port of each executor that has registered."""
        import hail as hl

        context = hl.spark_context()._jsc.sc()
        infos = context.statusTracker().getExecutorInfos()
        places = {"{}:{}".format(info.host(), info.port()) for info in infos}
        return places - {context.env().blockManager().blockManagerId().hostPort()}

    def wait_for_executors(self, count, beside=frozenset(), seconds=120):
        """Wait until so many executors have registered, and give them; `beside` do not count."""
        end = time.monotonic() + seconds
        while True:
            executors = self.executors()
            found = len(executors - beside)
            if found >= count:
                return executors
            if time.monotonic() > end:
                raise ClusterError(
                    "{}: {} of {} executors after {} s".format(self.master, found, count, seconds)
                )
            time.sleep(0.1)


class Local(Cluster):
    """A cluster on this machine."""

    def __init__(self, wanted, folder, limit=None):
        """`limit` is one executor's memory in bytes; by default its share of the machine's."""
        self.wanted = wanted
        self._cpus = nodes.node_cpus(wanted)
        share = 0.5 * nodes.machine_memory() / (wanted.nodes * wanted.workers)
        self._memory = int(limit or min(share, 4096 * _MEGABYTE)) // _MEGABYTE
        self.processes = Processes(folder)
        self._known = frozenset()  # the executors before the last trouble
        self._lost = 0

    def start(self):
        """Start the master and the nodes."""
        everywhere = sorted({cpu for cpus in self._cpus for cpu in cpus})
        address = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
        self._run("master", ["org.apache.spark.deploy.master.Master", *address], everywhere)
        self.master = self.processes.wait_until(self._address, 120, "starting a Spark master")
        self._start_nodes(range(self.wanted.nodes))

    def kill_worker(self):
        """Kill an executor of the last node, whose daemon starts another."""
        below = self.processes.below(self._last)
        executors = [pid for pid in below if _EXECUTOR in processes.command(pid)]
        self._lost = 1
        processes.kill(executors[-1])

    def lose_node(self):
        """Kill all that runs on the last node."""
        self._lost = self.wanted.workers
        self.processes.kill(self._last)

    def mend(self):
        """Start again what was lost and does not come back, and wait for as many executors."""
        if self.processes.ended(self._last):
            self._start_nodes([self.wanted.nodes - 1])
        self._known = self.wait_for_executors(self._lost, beside=self._known)
        self._lost = 0

    def too_little_memory(self):
        """Bytes an executor: the least that Spark starts one with."""
        return _LEAST

    @property
    def _last(self):
        return _name(self.wanted.nodes - 1)

    def _start_nodes(self, nodes):
        """Start the worker daemons of these nodes, and wait until the master knows them."""
        wanted = self.wanted
        for node in nodes:
            self._run(
                _name(node),
                [
                    *("org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1"),
                    *("--port", "0", "--webui-port", "0"),
                    *("--cores", wanted.workers * wanted.threads),
                    # with room for what Spark adds to an executor's own memory
                    *("--memory", "{}m".format(wanted.workers * (self._memory + 512))),
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
        self._known = self.wait_for_executors(self.wanted.nodes * self.wanted.workers)

    def make_cold(self, folder):
        page_cache.evict(folder)

    def stop(self):
        self.processes.stop()

    def _address(self):
        found = _STARTED.search(_text(self.processes.log("master")))
        return found and found.group(1)

    def _run(self, name, args, cpus):
        import pyspark

        home = os.path.dirname(pyspark.__file__)
        env = dict(
            os.environ,
            SPARK_HOME=home,
            SPARK_LOCAL_IP="127.0.0.1",  # also where the daemons' pages listen: they cannot be off
            SPARK_DAEMON_MEMORY="512m",
            # master and workers, not executors: compiled better, they start half a second later
            SPARK_DAEMON_JAVA_OPTS="-XX:TieredStopAtLevel=1",
            SPARK_LOCAL_DIRS=str(self.processes.folder),
        )
        env.pop("PYSPARK_SUBMIT_ARGS", None)
        self.processes.start(name, ["bash", home + "/bin/spark-class", *args], cpus, env)


def _name(node):
    return "node{}".format(node)


def _text(path):
    return Path(str(path)).read_text(errors="replace") if os.path.exists(str(path)) else ""
