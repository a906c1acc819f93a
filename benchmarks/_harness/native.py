"""A task in a Python library: its classes open, compute and write, and each step is timed."""

import abc
import importlib.util
import os
import shutil
import tempfile
from contextlib import contextmanager

from . import child, data, memory
from .concrete import concrete
from .task import Task


class NativeTask(Task):
    """A task in a tool that runs in, or is driven from, a Python process."""

    kind = "package"
    in_process = ("time_end_to_end", "time_load", "time_compute", "time_write")

    # ---- for the classes of the task modules

    @abc.abstractmethod
    def open(self, paths):
        """The input as the tool's own object."""

    @abc.abstractmethod
    def compute(self, dataset):
        """The answer, which may be lazy."""

    @abc.abstractmethod
    def write(self, result, path):
        """Write the answer to disk, in the tool's own format."""

    # ---- for the tool's base class

    @staticmethod
    @abc.abstractmethod
    def load():
        """Import the tool, start nothing: asv's fork server does it once for all benchmarks."""

    @abc.abstractmethod
    def try_out(self):
        """Start the tool as a benchmark does, and compute something small: does it work here?"""

    @abc.abstractmethod
    def persist(self, dataset):
        """The input, loaded into memory."""

    @abc.abstractmethod
    def release(self, dataset):
        """Free the memory of a persisted input."""

    @abc.abstractmethod
    def force(self, result):
        """Compute the answer; a concrete value."""

    @abc.abstractmethod
    def hold(self, result):
        """The answer, computed and in memory, ready to be written."""

    def stop(self):
        """End what start() started."""

    @contextmanager
    def watched(self):
        """Count things in this process while the task runs, in the dictionary that it yields."""
        yield {}

    # ---- the metrics

    def time_load(self, *values):
        with self.ledger.phase("measure"):
            self.input = self.persist(self.open(self.paths))  # returns once it is loaded

    def time_compute(self, *values):
        with self.ledger.phase("measure"):
            return concrete(self.force(self.compute(self.input)))

    def time_write(self, *values):
        with self.ledger.phase("measure"):
            self.write(self.result, self.out)
            return self.out

    def time_first_call(self, *values):
        with self.ledger.phase("measure"):
            self._cold = tempfile.mkdtemp(prefix="cold-", dir=str(data.work()))
            self._first = self.run_child(self.cold_environment(self._cold))
            self._first.wait_for(child.DONE)

    time_first_call.repeat = (1, 3, 20.0)

    def setup(self, *values):
        super().setup(*values)
        if self.metric == "time_load":  # each sample starts with nothing loaded
            self.release(self.__dict__.pop("input", None))

    def teardown(self, *values):
        first = self.__dict__.pop("_first", None)
        if first is not None:  # a wrong answer fails the benchmark
            with self.ledger.phase("setup"):
                first.finish()
            shutil.rmtree(self._cold, ignore_errors=True)
        super().teardown(*values)

    # ---- the parts

    def require_tool(self):
        super().require_tool()
        if importlib.util.find_spec(self.tool) is None:
            raise NotImplementedError("{} is not installed here".format(self.tool))

    def end_to_end(self):
        self.write(self.compute(self.open(self.paths)), self.out)
        return self.out

    def warm_up(self):
        if self.metric == "time_end_to_end":
            return super().warm_up()
        self.empty_out()
        self.input = self.persist(self.open(self.paths))
        self.result = self.compute(self.input)
        if self.metric == "time_write":
            self.result = self.hold(self.result)
        self.write(self.result, self.out)
        self.check()

    def prime(self):
        """Fill caches, so that every fresh process finds them filled."""

    def warm_environment(self):
        """Environment variables of a process with filled caches."""
        return dict(os.environ)

    def cold_environment(self, folder):
        """Environment variables of a process with its caches in an empty folder."""
        return dict(os.environ)

    def observe(self):
        with self.ledger.phase("setup"):
            self.prime()
        run = self.run_child(self.warm_environment())
        started = run.wait_for(child.READY)
        self.ledger.add("start", started)
        meter = memory.PeakMeter(run.process.pid)
        done = run.wait_for(child.DONE)
        peak = meter.stop()
        self.ledger.add("measure", done - started)
        with self.ledger.phase("setup"):
            counts = run.finish()
        return dict(counts, peak_bytes=peak)

    def run_child(self, env):
        return child.Child(self, data.work("log") / (self.key + ".log"), env)
