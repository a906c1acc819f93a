"""The benchmark types that asv_runner gets from us.

DESIGN asks for an `asv_bench_*` package. asv_runner 0.3.2 puts such types after its own, and
its own `peakmem_` pattern would take `peakmem_tree` and silently report the memory of the
wrong process. So they are put at the front of asv_runner's list when the benchmarks are
imported, which also needs nothing from the environment.
"""

import re

from . import process

try:
    from asv_runner import benchmarks as _asv
    from asv_runner.benchmarks.peakmem import PeakMemBenchmark as _PeakMem
    from asv_runner.benchmarks.time import TimeBenchmark as _Time
    from asv_runner.benchmarks.track import TrackBenchmark as _Track
except ImportError:  # a child process of a benchmark measures without asv
    _asv = None


def register():
    """Put our types before asv_runner's own, once."""
    if _asv is None or any(cls.__module__ == __name__ for cls in _asv.benchmark_types):
        return

    class Announced:
        """Tell the benchmark's object which metric is measured, before its setup."""

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

    class Time(Announced, _Time):
        """time_*: asv's own timing."""

    class Track(Announced, _Track):
        """track_*: asv's own, the method returns the value."""

    class PeakMemTree(Announced, _PeakMem):
        """peakmem_tree: the method returns the bytes, for a process tree that it ran."""

        name_regex = re.compile("^peakmem_tree$")

        def run(self, *param):
            return self.func(*param)

    _asv.benchmark_types[:0] = [PeakMemTree, Time, Track]
