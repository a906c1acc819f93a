"""What each phase of a benchmark cost, one JSON line a phase, in the file GWAS_LEDGER."""

import datetime
import json
import os
import time
from contextlib import contextmanager


class Ledger:
    """Phases of one benchmark: collected while it runs, written when nothing is timed."""

    def __init__(self, tool):
        self.tool = tool
        self._lines = []

    def add(self, phase, seconds):
        """Note the seconds of a phase that was timed elsewhere."""
        at = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        self._lines.append({"tool": self.tool, "phase": phase, "seconds": seconds, "at": at})

    @contextmanager
    def phase(self, name):
        """Time what is done inside as one phase."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.add(name, time.perf_counter() - start)

    def flush(self, benchmark, parameters):
        """Append the collected lines under a benchmark's name and its parameter values.

        They are written as the tracker names a series: "pca.Sgkit.time_compute(cores=1, ...)".
        """
        lines, self._lines = self._lines, []
        path = os.environ.get("GWAS_LEDGER")
        if not path or not lines:
            return
        values = ", ".join("{}={!r}".format(*item) for item in sorted(parameters.items()))
        series = "{}({})".format(benchmark, values) if values else benchmark
        text = "".join(
            json.dumps(dict(line, benchmark=series, seconds=round(line["seconds"], 6))) + "\n"
            for line in lines
        )
        # one write in append mode: lines of processes that run at once do not mix
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(descriptor, text.encode("utf-8"))
        finally:
            os.close(descriptor)
