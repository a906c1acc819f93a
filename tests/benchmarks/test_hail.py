"""What Hail's Spark is told."""

import shlex

from benchmarks._harness.tools.hail import submit_arguments


def test_a_path_with_blanks_is_one_setting():
    told = submit_arguments({"spark.ui.enabled": "false", "spark.local.dir": "/a b/it's"})
    assert shlex.split(told)[2:] == [
        "--conf", "spark.ui.enabled=false", "--conf", "spark.local.dir=/a b/it's", "pyspark-shell",
    ]  # fmt: skip
