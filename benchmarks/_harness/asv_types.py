"""Our benchmark types for asv_runner.

They are put at the front of asv_runner's list when the benchmarks are imported. An `asv_bench_*`
package would not do: asv_runner 0.3.2 tries its own types first, and its `peakmem_` pattern would
take `peakmem_tree` and report the memory of the wrong process.
"""

import re

from . import process

try:
    from asv_runner import benchmarks as _asv
    from asv_runner.benchmarks.peakmem import PeakMemBenchmark as _PeakMem
    from asv_runner.benchmarks.time import TimeBenchmark as _Time
    from asv_runner.benchmarks.track import TrackBenchmark as _Track
except ImportError:  # child processes of a benchmark measure without asv
    _asv = None


def register():
    """Put our types before asv_runner's own, once."""
    if _asv is None or any(cls.__module__ == __name__ for cls in _asv.benchmark_types):
        return

    class WithMetric:
        """Tells the benchmark its metric before setup, and calls its `finish` at the end."""

        def do_setup(self):
            process.end_with_parent()
            self.func.__self__.metric = self.func.__name__
            try:
                skipped = super().do_setup()
            except BaseException:
                self._finish()
                raise
            if skipped:
                self._finish()
            return skipped

        def do_run(self):
            try:
                return super().do_run()
            finally:
                self._finish()

        def _finish(self):
            finish = getattr(self.func.__self__, "finish", None)
            if finish is not None:
                finish()

    class Time(WithMetric, _Time):
        """time_*: asv's own timing."""

    class Track(WithMetric, _Track):
        """track_*: asv's own; the method returns the value."""

    class PeakMemTree(WithMetric, _PeakMem):
        """peakmem_tree: the method runs a process tree and returns its bytes."""

        name_regex = re.compile("^peakmem_tree$")

        def run(self, *param):
            return self.func(*param)

    _asv.benchmark_types[:0] = [PeakMemTree, Time, Track]
