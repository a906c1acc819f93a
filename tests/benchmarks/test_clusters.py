"""Nodes have cores of their own; what a cluster started ends with it, however it is ended."""

import importlib
import os
import socket
import subprocess
import sys
import time
import types
from pathlib import Path
from unittest import mock

import pytest

from benchmarks._harness import cores
from benchmarks._harness.clusters import (
    dask_existing,
    dask_local,
    nodes,
    processes,
    spark_existing,
    spark_local,
)
from benchmarks._harness.tools import sgkit
from tests.benchmarks.conftest import ROOT

# a process with a child in a session of its own, as a nanny has a worker
PARENT = (
    "import subprocess, sys, time; "
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], "
    "start_new_session=True); print('ready', flush=True); time.sleep(600)"
)


@pytest.fixture
def six(monkeypatch):
    """A machine with six physical cores."""
    monkeypatch.delenv(nodes.SHARE, raising=False)
    monkeypatch.setattr(cores, "available", lambda: [0, 1, 2, 4, 5, 6])


def test_layouts():
    assert nodes.layout_of(2, "8x5") == (2, 8, 5)
    assert nodes.layout_of(2, "any") == (2, None, None)
    words = "2 node(s) of 1 worker(s) with 2 thread(s)"
    assert nodes.describe(nodes.layout_of(2, "1x2")) == words
    for text in nodes.LAYOUTS:
        nodes.layout_of(1, text)


def test_each_node_has_cores_of_its_own(six):
    assert nodes.node_cpus(nodes.layout_of(2, "1x2")) == [[0, 1], [2, 4]]
    assert nodes.node_cpus(nodes.layout_of(3, "2x1")) == [[0, 1], [2, 4], [5, 6]]
    assert nodes.node_cpus(nodes.layout_of(1, "1x1")) == [[0]]


@pytest.mark.parametrize("layout", ["8x5", "40x1", "1x2"])
def test_with_too_few_cores_a_point_is_not_applicable(layout, six):
    with pytest.raises(NotImplementedError, match=r"4 node\(s\).*6 physical cores"):
        nodes.node_cpus(nodes.layout_of(4, layout))


def test_any_layout_is_for_a_cluster_that_is_there(six):
    with pytest.raises(NotImplementedError, match="existing cluster"):
        nodes.node_cpus(nodes.layout_of(1, "any"))


def test_for_tests_nodes_may_share_a_core(six, monkeypatch):
    monkeypatch.setenv(nodes.SHARE, "1")
    assert nodes.node_cpus(nodes.layout_of(8, "40x1")) == [[0]] * 8


@pytest.mark.parametrize(
    ("found", "fits"),
    [
        ({"a": [2], "b": [2]}, True),
        ({"a": [2]}, False),
        ({"a": [2], "b": [1]}, False),
        ({"a": [2, 2], "b": [2, 2]}, False),
        ({}, False),
    ],
)
def test_an_existing_cluster_must_have_the_layout(found, fits):
    wanted = nodes.layout_of(2, "1x2")
    if fits:
        nodes.require_layout(wanted, found, "tcp://x:1")
        return
    with pytest.raises(NotImplementedError, match="tcp://x:1"):
        nodes.require_layout(wanted, found, "tcp://x:1")


def test_any_takes_whatever_the_nodes_have():
    nodes.require_layout(nodes.layout_of(2, "any"), {"a": [3], "b": [1, 1]}, "tcp://x:1")
    with pytest.raises(NotImplementedError):
        nodes.require_layout(nodes.layout_of(1, "any"), {"a": [3], "b": [1, 1]}, "tcp://x:1")


@pytest.fixture
def cluster(tmp_path):
    made = processes.Processes(tmp_path / "cluster")
    yield made
    made.stop()


def start(cluster, code, name="node0"):
    return cluster.start(name, [sys.executable, "-c", code], [min(os.sched_getaffinity(0))], {})


def wait_for(count, cluster):
    cluster.wait_until(lambda: len(cluster.pids()) == count, 20, "waiting")


def test_stopping_ends_children_in_sessions_of_their_own(cluster):
    started = start(cluster, PARENT)
    wait_for(2, cluster)
    assert started.pid in cluster.pids()
    assert len(os.sched_getaffinity(started.pid)) == 1
    cluster.wait_until(lambda: cluster.log("node0").read_text() == "ready\n", 20, "waiting")
    cluster.stop()
    assert cluster.pids() == []
    assert not processes.command(started.pid)


SEMAPHORE = (  # "spawn", as Dask's nannies start their workers
    "import multiprocessing as mp, time; lock = mp.get_context('spawn').Lock(); "
    "print('/dev/shm/sem.' + lock._semlock.name.lstrip('/'), flush=True); time.sleep(600)"
)
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "


@pytest.mark.parametrize("code", [SEMAPHORE, DEAF + SEMAPHORE], ids=["asked", "killed"])
def test_stopping_leaves_no_semaphores(code, cluster, monkeypatch):
    monkeypatch.setattr(processes, "_GENTLY", 3)
    start(cluster, code)
    log = cluster.log("node0")
    cluster.wait_until(lambda: log.read_text().endswith("\n"), 20, "waiting")
    semaphore = Path(log.read_text().strip())
    assert semaphore.exists()
    cluster.stop()
    assert not semaphore.exists()


def test_a_node_that_is_lost_leaves_no_semaphores(cluster):
    start(cluster, SEMAPHORE)
    log = cluster.log("node0")
    cluster.wait_until(lambda: log.read_text().endswith("\n"), 20, "waiting")
    semaphore = Path(log.read_text().strip())
    cluster.kill("node0")
    end = time.monotonic() + 20
    while cluster.pids() and time.monotonic() < end:
        time.sleep(0.02)
    assert not semaphore.exists()


def test_the_first_is_asked_to_end_when_the_others_have(cluster, tmp_path):
    order = tmp_path / "order"
    for name in ("scheduler", "node0"):
        ending = f"open({str(order)!r}, 'a').write({name + ' '!r}); raise SystemExit"
        code = (
            f"import signal, time\ndef end(*_):\n    time.sleep(0.3); {ending}\n"
            "signal.signal(signal.SIGTERM, end); print('ready', flush=True); time.sleep(600)"
        )
        start(cluster, code, name)
        log = cluster.log(name)
        cluster.wait_until(lambda log=log: log.read_text() == "ready\n", 20, "waiting")
    cluster.stop()
    assert order.read_text() == "node0 scheduler "


def test_processes_are_found_by_their_words(cluster):
    start(cluster, "import time; 'one'; time.sleep(600)", "one")
    start(cluster, "import time; 'two'; time.sleep(600)", "two")
    wait_for(2, cluster)
    cluster.wait_until(lambda: cluster.pids("'two'"), 20, "waiting")
    (pid,) = cluster.pids("'two'")
    assert "'two'" in processes.command(pid)
    assert cluster.pids("'two'", "'one'") == []


def test_one_that_ends_while_it_is_waited_for_is_told_with_its_words(cluster):
    start(cluster, "print('no such option'); raise SystemExit(3)")
    with pytest.raises(nodes.ClusterError, match="starting it: node0 ended: no such option"):
        cluster.wait_until(lambda: False, 20, "starting it")


def test_waiting_has_an_end(cluster):
    start(cluster, "import time; time.sleep(600)")
    with pytest.raises(nodes.ClusterError, match="not after"):
        cluster.wait_until(lambda: None, 0.1, "starting it")


def test_a_benchmark_that_is_killed_takes_its_cluster_along(tmp_path):
    """Nobody is left to call stop(): the kernel ends what the benchmark itself started."""
    code = (
        "import sys, time; from benchmarks._harness.clusters import processes; "
        f"p = processes.Processes({str(tmp_path / 'cluster')!r}); "
        "started = p.start('node0', [sys.executable, '-c', 'import time; time.sleep(600)'], "
        "None, {}); print(started.pid, flush=True); time.sleep(600)"
    )
    benchmark = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    pid = int(benchmark.stdout.readline())
    assert Path("/proc", str(pid)).exists()
    benchmark.kill()
    benchmark.communicate()
    end = time.monotonic() + 20
    while processes.command(pid) and time.monotonic() < end:
        time.sleep(0.02)
    assert not processes.command(pid)


def test_settings_go_to_dask_by_its_variables():
    given = {"distributed.scheduler.work-stealing": False, "distributed.comm.timeouts.tcp": "90s"}
    assert dask_local.as_variables(given) == {
        "DASK_DISTRIBUTED__SCHEDULER__WORK_STEALING": "False",
        "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "90s",
    }


def test_the_presets_are_the_default_and_what_the_study_changed():
    assert dask_local.SETTINGS["default"] == {}
    changed = dask_local.SETTINGS["study"]
    assert changed["distributed.scheduler.work-stealing"] is False
    assert changed["distributed.scheduler.allowed-failures"] > 3


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("nonsense", "give spark://host:port"),
        (
            "spark://127.0.0.1:1",
            r"answers at spark://127\.0\.0\.1:1 \(GWAS_SPARK_MASTER\)",
        ),
        ("spark://127.0.0.1:99999", "nothing answers"),
    ],
)
def test_a_cluster_that_is_not_there_is_told_at_once(address, words, monkeypatch):
    monkeypatch.setenv(spark_local.ADDRESS, address)
    with pytest.raises(nodes.ClusterError, match=words):
        spark_existing.Existing(nodes.layout_of(1, "any"), None).start()


def test_a_dask_scheduler_that_is_not_there_is_told_at_once(monkeypatch):
    monkeypatch.setenv(dask_local.ADDRESS, "tcp://127.0.0.1:1")
    cluster = dask_existing.Existing(nodes.layout_of(1, "any"), {}, None, None)
    with pytest.raises(nodes.ClusterError, match=r"127\.0\.0\.1:1 \(GWAS_DASK_SCHEDULER\)"):
        cluster.start()


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("An error occurred while calling z:X.\n: a.B: it failed\n\tat c.d", "a.B: it failed"),
        ("A\n: b.C: d\n\tat e\nCaused by: f.G: no file\n\tat h", "f.G: no file"),
        ("", "no reason given"),
    ],
)
def test_of_what_java_tells_the_line_that_matters_is_said(told, reason):
    assert spark_existing._reason(told) == reason


def test_what_listens_at_an_address_answers():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"tls://127.0.0.1:{listening.getsockname()[1]}"
        nodes.require_answer(address, "X", "tcp", "tls")


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("cached", [True, False])
def test_what_is_sent_to_workers_is_cached_as_asked(own, cached, tmp_path, monkeypatch):
    """What was imported, and what Sgkit imports later in a server that has read its switch."""
    (tmp_path / "sgkit").mkdir()
    (tmp_path / "sgkit" / "__init__.py").write_text("")
    (tmp_path / "sgkit" / "accelerate.py").write_text(
        "import os\n"
        f"cached = os.environ.get('SGKIT_DISABLE_NUMBA_CACHE', '{int(not own)}') == '0'\n"
        "DEFAULT_NUMBA_ARGS = {'nopython': True, 'cache': cached}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("SGKIT_DISABLE_NUMBA_CACHE", str(int(cached)))  # the other way round
    with mock.patch.dict(sys.modules):
        for name in [name for name in sys.modules if name.partition(".")[0] == "sgkit"]:
            del sys.modules[name]
        accelerate = importlib.import_module("sgkit.accelerate")
        assert accelerate.DEFAULT_NUMBA_ARGS["cache"] is not cached
        gufunc = type("GUFunc", (), {"cache": not cached})()
        sys.modules["sgkit.early"] = types.SimpleNamespace(function=gufunc, other=1)
        assert sgkit.caches_by_itself() is own
        sgkit.choose_jit_cache(cached)
    assert gufunc.cache is cached
    assert accelerate.DEFAULT_NUMBA_ARGS["cache"] is cached
    assert os.environ["SGKIT_DISABLE_NUMBA_CACHE"] == str(int(not cached))  # for workers
