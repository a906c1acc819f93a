"""Fault injection: whether runs on a cluster finish after a fault, are right, and how late."""

import statistics
import sys
import threading
import time
from collections import namedtuple

from .. import cores, observations
from ..checks import WrongAnswer
from ..concrete import concrete
from ..limit import TimeOver, limited
from ..native import NativeTask
from .tasks import OnCluster

FAULTS = ["none", "worker-killed", "node-lost", "memory-short"]
RUNS = 3
_WHEN = 0.4  # of an undisturbed run: when the fault happens

Ending = namedtuple("Ending", "finished right hung seconds")


class FaultInjection(OnCluster, NativeTask):
    """A task on a local cluster with a fault; the metrics say how its runs end."""

    metrics = ("track_finished", "track_right", "track_hung", "track_time_lost")

    def track_finished(self, *values):
        return observations.of(self)["finished"]

    def track_right(self, *values):
        return observations.of(self)["right"]

    def track_hung(self, *values):
        return observations.of(self)["hung"]

    def track_time_lost(self, *values):
        return observations.of(self)["time_lost"]

    def configure(self, parameters):
        super().configure(parameters)
        if self.existing:
            raise NotImplementedError("workers of an existing cluster are not killed")
        self.fault = parameters["trouble"]
        if self.fault == "node-lost" and parameters["nodes"] == 1:
            raise NotImplementedError("a cluster of one node would have none left")

    def observe(self):
        cores.take(self.cores)
        self.start()
        self.warm_up()
        usual = statistics.median(self._undisturbed() for _ in range(RUNS))
        if self.fault == "memory-short":
            memory = self.cluster.too_little_memory()
            self.stop()
            self.memory = memory
            self.start()
        return summary([*self._endings(usual)], usual)

    def _undisturbed(self):
        self.empty_out()
        begin = time.perf_counter()
        with self.ledger.phase("measure"):
            concrete(self.end_to_end())
        return time.perf_counter() - begin

    def _endings(self, usual):
        """The Ending of each run, up to the first unfinished one: it leaves a broken cluster."""
        for _ in range(RUNS):
            ending = self._run_with_fault(usual)
            yield ending
            if not ending.finished:
                return
            self.cluster.restore()

    def _run_with_fault(self, usual):
        self.empty_out()
        actions = {"worker-killed": self.cluster.kill_worker, "node-lost": self.cluster.lose_node}
        fault = _Fault(_WHEN * usual, actions.get(self.fault))
        begin = time.perf_counter()
        try:
            with self.ledger.phase("measure"), limited(limit(usual)):
                concrete(self.end_to_end())
        except TimeOver:
            return Ending(False, False, True, None)
        except Exception as error:  # whatever the engine raises when it gives up
            print("{}: {!r}".format(self.fault, error), file=sys.stderr)
            return Ending(False, False, False, None)
        finally:
            seconds = time.perf_counter() - begin
            happened = fault.cancel()
        if not happened:
            raise RuntimeError("the run ended before its worker was killed: use a larger data set")
        try:
            self.check()
        except WrongAnswer as error:
            print("{}: {}".format(self.fault, error), file=sys.stderr)
            return Ending(True, False, False, seconds)
        return Ending(True, True, False, seconds)


def limit(usual):
    """Seconds after which a run counts as hung, if an undisturbed one takes `usual` seconds."""
    return 60 + 10 * usual


def summary(endings, usual):
    """Shares of the runs, and the median delay in seconds of finished ones (nan for none)."""
    seconds = [ending.seconds for ending in endings if ending.finished]
    shares = {
        name: sum(getattr(ending, name) for ending in endings) / len(endings)
        for name in ("finished", "right", "hung")
    }
    return dict(shares, time_lost=statistics.median(seconds) - usual if seconds else float("nan"))


class _Fault:
    """Runs an action once, after some seconds, in its own thread; None does nothing."""

    def __init__(self, seconds, action):
        self._done = action is None
        self._action = action
        self._timer = threading.Timer(seconds, self._run)
        if action is not None:
            self._timer.start()

    def _run(self):
        self._action()
        self._done = True

    def cancel(self):
        """Stop waiting; whether the action was run, or there was none."""
        self._timer.cancel()
        if self._timer.is_alive():
            self._timer.join()
        return self._done
