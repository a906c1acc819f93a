"""What the sentinels inherit: one core, samples as for any timing, no tool, no data set."""

import abc

from . import cores, data
from .metrics import require_declared


class Sentinel(abc.ABC):
    """A measurement that no upstream commit can change."""

    number = 1
    rounds = 1
    repeat = (6, 20, 3.0)
    warmup_time = 0.1
    timeout = 120

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        require_declared(cls)

    def setup(self):
        if not hasattr(self, "scratch"):
            cores.take(1)
            self.scratch = data.work("sentinels")
            self.prepare()

    @abc.abstractmethod
    def prepare(self):
        """Make what the measurements need, once a process."""
