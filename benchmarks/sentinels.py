"""Sentinels: measurements that no upstream commit can change. A change here is the machine's.

They run on the tracker's own Python and numpy. The series of both PLINKs serve the same purpose.
"""

import subprocess
import sys

from . import _harness

version = "2"


class Machine(_harness.Sentinel):
    """A numpy kernel, a file read, a process start."""

    def prepare(self):
        import numpy

        self.matrix = numpy.random.RandomState(0).rand(1500, 1500)
        self.file = self.scratch / "sentinel.bin"
        self.file.write_bytes(self.matrix.tobytes() * 4)

    def time_numpy_kernel(self):
        return float((self.matrix @ self.matrix).sum())

    def time_file_read(self):
        return len(self.file.read_bytes())

    def time_process_start(self):
        return subprocess.call([sys.executable, "-I", "-S", "-c", ""])
