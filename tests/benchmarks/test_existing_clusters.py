"""Clusters that are there already are really asked, and refused where they do not fit a point."""

import json
import os
import re
import subprocess

import pytest

from benchmarks._harness.clusters import nodes
from datasets import hail_writer
from tests.benchmarks.conftest import ROOT
from tools.environments import java

pytestmark = pytest.mark.integration


def cases(python, script, folder, **variables):
    """What a script prints, in an environment with nothing but what it needs."""
    done = subprocess.run(
        [str(python), str(ROOT / "tests" / "benchmarks" / script), str(folder)],
        env={"PATH": os.environ["PATH"], nodes.SHARE: "1", **variables},
        cwd=folder, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def dask(python, jit, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dask")
    found = cases(python, "existing_dask.py", folder, NUMBA_CACHE_DIR=str(jit))
    assert found.pop("temporary") == str(folder / "cluster")
    return found


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    if subprocess.run(["unshare", "-Urm", "true"], capture_output=True).returncode != 0:
        pytest.skip("no file system can be hidden from a process here")
    env = hail_writer.environment()
    variables = {"JAVA_HOME": str(java.home(env))}
    return cases(
        env / "bin" / "python", "existing_spark.py", tmp_path_factory.mktemp("spark"), **variables
    )


def test_dask_of_the_settings_fits(dask):
    assert dask["odd"] == "fits"


def test_default_is_the_defaults_of_dask(dask):
    assert "allowed-failures of the scheduler" in dask["default"]
    assert "is 20, this benchmark needs 3" in dask["default"]
    assert "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=3" in dask["default"]


def test_a_workers_own_setting_is_asked_of_it(dask):
    assert "distributed.worker.memory.pause of worker tcp://" in dask["study"]
    assert "is 0.5, this benchmark needs 0.92" in dask["study"]


def test_data_that_a_dask_worker_does_not_see(dask):
    assert dask["missing"].startswith("ClusterError: worker tcp://")
    assert "does not see /no" in dask["missing"]


def test_spark_as_asked_for_fits(spark):
    assert spark["fits"] == spark["any"] == "fits"


def test_threads_of_executors_are_those_asked_for(spark):
    assert spark["threads"].startswith("NotImplementedError")
    assert "has these threads by host: 127.0.0.1: [1, 1]" in spark["threads"]


def test_a_table_that_one_spark_worker_does_not_see(spark):
    assert "do not see" in spark["table"]
    assert "calls.mt/metadata.json.gz" in spark["table"]


def test_a_scratch_folder_that_one_spark_worker_does_not_see(spark):
    assert "seen-by-executors" in spark["scratch"]
    assert "127.0.0.1: " in spark["scratch"]


def test_another_spark_is_told_with_its_version(spark):
    assert spark["version"].startswith("ClusterError")
    assert re.search(r"run Spark 3\.1\.\d \(127\.0\.0\.1\): start", spark["version"])
    assert "from 9.9.9, as PySpark here is" in spark["version"]
