"""Filtering: Hardy-Weinberg p and the variants to keep, computed by Sgkit in one call and in two.

In one call, as in the task module, p and the choice are one lazy dataset. In two, as in the study,
the choice is computed first and p when it is written, so the genotypes are read twice.
"""

from . import _harness
from ._harness import axis, registry

version = axis.version("1")


class Sgkit(axis.OfTask, _harness.Sgkit):
    params = [["one", "two"], registry.DATA["filtering"], registry.CORES]
    param_names = ["calls", "data", "cores"]
    metrics = ("time_end_to_end", "track_input_reads", "track_error")

    def task_of(self, parameters):
        return "hardy_weinberg"

    def configure(self, parameters):
        super().configure(parameters)
        self.calls = parameters["calls"]

    def compute(self, ds):
        result = super().compute(ds)  # p and the choice, both lazy
        if self.calls == "two":
            # the first call reads the genotypes; the second, at writing, computes p
            result["variant_kept"] = result["variant_kept"].compute()
        return result
