"""Each ending of a run with a fault is recognised: right, wrong, failed, hung, and its delay."""

import contextlib
import math
import threading
import time

import pytest

from benchmarks import survival
from benchmarks._harness import data
from benchmarks._harness.checks import WrongAnswer
from benchmarks._harness.clusters import fault_injection, nodes
from benchmarks._harness.clusters.fault_injection import Ending
from benchmarks._harness.limit import TimeOver, limited


class Cluster:
    """Stands for a cluster: a killed worker is an event that the run may look at."""

    def __init__(self):
        self.struck = threading.Event()
        self.mended = 0

    def kill_worker(self):
        self.struck.set()

    lose_node = kill_worker

    def restore(self):
        self.struck.clear()
        self.mended += 1


class Ledger:
    def phase(self, name):
        return contextlib.nullcontext()


class Run(survival.Sgkit):
    """A run of a tenth of a second, and half a second more when its worker is killed."""

    cores = 1
    memory = None
    fault = "worker-killed"

    def __init__(self):
        self.cluster, self.ledger = Cluster(), Ledger()
        self.runs = 0

    def start(self):
        pass

    stop = warm_up = empty_out = start

    def end_to_end(self):
        self.runs += 1
        if self.cluster.struck.wait(0.1):
            self.in_trouble()
        return "out"

    def in_trouble(self):
        time.sleep(0.5)

    def check(self):
        return 0.0


@pytest.fixture(autouse=True)
def all_cores(monkeypatch):
    monkeypatch.setattr(fault_injection.cores, "take", lambda count: None)


def test_a_run_that_goes_on_finishes_late():
    run = Run()
    seen = run.observe()
    assert (seen["finished"], seen["right"], seen["hung"]) == (1, 1, 0)
    assert 0.3 < seen["time_lost"] < 5
    assert run.cluster.mended == fault_injection.RUNS


def test_without_trouble_nothing_is_struck():
    run = Run()
    run.fault = "none"
    seen = run.observe()
    assert seen["right"] == 1
    assert abs(seen["time_lost"]) < 0.3
    assert not run.cluster.struck.is_set()


def test_an_engine_that_gives_up_has_not_finished(capsys):
    class GivesUp(Run):
        def in_trouble(self):
            raise RuntimeError("KilledWorker")

    run = GivesUp()
    seen = run.observe()
    assert (seen["finished"], seen["right"], seen["hung"]) == (0, 0, 0)
    assert math.isnan(seen["time_lost"])
    assert run.runs == fault_injection.RUNS + 1, "the first that does not finish is the last"
    assert "KilledWorker" in capsys.readouterr().err


def test_an_engine_that_waits_for_ever_hangs(monkeypatch):
    class Waits(Run):
        def in_trouble(self):
            try:
                time.sleep(600)
            except Exception:  # a tool that retries whatever happens
                time.sleep(600)

    monkeypatch.setattr(fault_injection, "limit", lambda calm: 0.5)
    seen = Waits().observe()
    assert (seen["finished"], seen["right"], seen["hung"]) == (0, 0, 1)


def test_a_wrong_answer_is_finished_and_not_right(capsys):
    class Wrong(Run):
        def check(self):
            raise WrongAnswer("off by one")

    seen = Wrong().observe()
    assert (seen["finished"], seen["right"]) == (1, 0)
    assert "off by one" in capsys.readouterr().err


def test_a_run_that_is_over_before_the_trouble_is_no_answer():
    class Sudden(Run):
        def end_to_end(self):
            self.runs += 1
            time.sleep(0.3 if self.runs <= fault_injection.RUNS else 0)
            return "out"

    with pytest.raises(RuntimeError, match="larger data set"):
        Sudden().observe()


def test_short_memory_is_a_second_cluster_with_less(monkeypatch):
    run = Run()
    run.fault, started, stopped = "memory-short", [], []
    run.cluster.too_little_memory = lambda: 77
    run.start = lambda: started.append(run.memory)
    run.stop = lambda: stopped.append(True)
    assert run.observe()["right"] == 1
    assert started == [None, 77]
    assert stopped == [True]


def test_shares_and_time_lost_are_of_the_runs_that_were_made():
    endings = [
        Ending(True, True, False, 12.0),
        Ending(True, False, False, 16.0),
        Ending(False, False, True, None),
    ]
    seen = fault_injection.summary(endings, 10.0)
    assert seen == {"finished": 2 / 3, "right": 1 / 3, "hung": 1 / 3, "time_lost": 4.0}


def test_limited_leaves_no_alarm_behind():
    with limited(0.2):
        pass
    time.sleep(0.3)
    with pytest.raises(TimeOver, match="0 s"), limited(0.1):
        time.sleep(5)


POINT = {"task": "pca", "data": "smoke", "layout": "1x1", "settings": "study"}


@pytest.fixture
def here(datasets, tmp_path, monkeypatch):
    monkeypatch.setenv("GWAS_DATASETS", str(datasets))
    monkeypatch.setenv(nodes.SHARE, "1")
    monkeypatch.setattr(data, "_scratch", str(tmp_path))


def test_where_there_is_nothing_to_survive_with_it_is_not_applicable(here, monkeypatch):
    survival.Sgkit().configure({**POINT, "nodes": 2, "trouble": "node-lost"})
    with pytest.raises(NotImplementedError, match="none left"):
        survival.Sgkit().configure({**POINT, "nodes": 1, "trouble": "node-lost"})
    monkeypatch.setenv("GWAS_DASK_SCHEDULER", "tcp://10.0.0.1:8786")
    with pytest.raises(NotImplementedError, match="are not killed"):
        survival.Sgkit().configure({**POINT, "nodes": 2, "trouble": "none"})
