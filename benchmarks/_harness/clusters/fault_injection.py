"""Runs on a cluster in trouble: whether they end, with the right answer, and the time it costs."""

import statistics
import sys
import threading
import time
from collections import namedtuple

from .. import cores, facts
from ..checks import WrongAnswer
from ..concrete import concrete
from ..limit import TimeOver, limited
from ..native import NativeTask
from .tasks import OnCluster

FAULTS = ["none", "worker-killed", "node-lost", "memory-short"]
RUNS = 3
_WHEN = 0.4  # of an undisturbed run: when the trouble begins

Ending = namedtuple("Ending", "finished right hung seconds")


class FaultInjection(OnCluster, NativeTask):
    """A task on a cluster of this machine; what is measured is how it ends."""

    metrics = ("track_finished", "track_right", "track_hung", "track_time_lost")

    def track_finished(self, *values):
        return facts.of(self)["finished"]

    def track_right(self, *values):
        return facts.of(self)["right"]

    def track_hung(self, *values):
        return facts.of(self)["hung"]

    def track_time_lost(self, *values):
        return facts.of(self)["time_lost"]

    def place(self, point):
        super().place(point)
        if self.existing:
            raise NotImplementedError("workers of a cluster that is there already are not killed")
        self.trouble = point["trouble"]
        if self.trouble == "node-lost" and point["nodes"] == 1:
            raise NotImplementedError("of one node none would be left")

    def observe(self):
        cores.take(self.cores)
        self.start()
        self.warm_up()
        calm = statistics.median(self._calm() for _ in range(RUNS))
        if self.trouble == "memory-short":
            memory = self.cluster.too_little_memory()
            self.stop()
            self.memory = memory
            self.start()
        return summary([*self._endings(calm)], calm)

    def _calm(self):
        self.empty_out()
        begin = time.perf_counter()
        with self.ledger.phase("measure"):
            concrete(self.end_to_end())
        return time.perf_counter() - begin

    def _endings(self, calm):
        """How each run ended, up to the first that did not finish: it leaves no sound cluster."""
        for _ in range(RUNS):
            ending = self._endure(calm)
            yield ending
            if not ending.finished:
                return
            self.cluster.mend()

    def _endure(self, calm):
        self.empty_out()
        lose = {"worker-killed": self.cluster.kill_worker, "node-lost": self.cluster.lose_node}
        strike = _Strike(_WHEN * calm, lose.get(self.trouble))
        begin = time.perf_counter()
        try:
            with self.ledger.phase("measure"), limited(limit(calm)):
                concrete(self.end_to_end())
        except TimeOver:
            return Ending(False, False, True, None)
        except Exception as error:  # whatever the engine gives up with
            print("{}: {!r}".format(self.trouble, error), file=sys.stderr)
            return Ending(False, False, False, None)
        finally:
            seconds = time.perf_counter() - begin
            struck = strike.cancel()
        if not struck:
            raise RuntimeError(
                "the run was over before its worker was killed: take larger data for this point"
            )
        try:
            self.check()
        except WrongAnswer as error:
            print("{}: {}".format(self.trouble, error), file=sys.stderr)
            return Ending(True, False, False, seconds)
        return Ending(True, True, False, seconds)


def limit(calm):
    """Seconds after which a run that takes `calm` seconds undisturbed is said to hang."""
    return 60 + 10 * calm


def summary(endings, calm):
    """Shares of the runs, and the seconds that those which finished took longer (nan for none)."""
    seconds = [ending.seconds for ending in endings if ending.finished]
    shares = {
        name: sum(getattr(ending, name) for ending in endings) / len(endings)
        for name in ("finished", "right", "hung")
    }
    return dict(shares, time_lost=statistics.median(seconds) - calm if seconds else float("nan"))


class _Strike:
    """Does something once, after a while, in a thread of its own."""

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
        """Whether it was done, or there was nothing to do."""
        self._timer.cancel()
        if self._timer.is_alive():
            self._timer.join()
        return self._done
