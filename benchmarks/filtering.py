"""Filtering: Hardy-Weinberg's p and the variants to keep, asked of Sgkit in one call and in two.

In one call, as the task module does, p and the choice are one lazy dataset. In two, as the study
did, the choice is computed first, and p when it is written: the genotypes are read for each.
"""

from . import _harness
from ._harness import axis, registry

version = axis.version("1")


class Sgkit(axis.OfTask, _harness.Sgkit):
    params = [["one", "two"], registry.DATA["filtering"], registry.CORES]
    param_names = ["calls", "data", "cores"]
    metrics = ("time_end_to_end", "track_input_reads", "track_error")

    def task_of(self, point):
        return "hardy_weinberg"

    def place(self, point):
        super().place(point)
        self.calls = point["calls"]

    def compute(self, ds):
        result = super().compute(ds)  # p and the choice, both lazy
        if self.calls == "two":
            # the first call: it reads the genotypes; p is computed in a second, as it is written
            result["variant_kept"] = result["variant_kept"].compute()
        return result
