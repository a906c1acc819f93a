"""Whether a pattern of asv's --bench selects something, before hours go by on nothing."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from asv.benchmarks import Benchmarks
from asv.config import Config
from asv.runner import BENCHMARK_RUN_SCRIPT

from tools.common import process
from tools.common.errors import UsageError


def require(conf: Config, patterns: Sequence[str]) -> None:
    """UsageError for a pattern that matches no benchmark of this checkout."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder, "benchmarks.json")
        suite = Path(conf.benchmark_dir).absolute()
        process.run([sys.executable, BENCHMARK_RUN_SCRIPT, "discover", suite, found])
        listed = json.loads(found.read_text())
    for pattern in patterns:
        try:
            selected = Benchmarks(conf, listed, regex=pattern)
        except re.error as error:
            raise UsageError(f"--bench {pattern!r} is no regular expression: {error}") from None
        if not selected:
            raise UsageError(
                f"--bench {pattern!r} matches no benchmark",
                hint="they are named task.Tool.metric('data', cores): README, Tracking",
            )
