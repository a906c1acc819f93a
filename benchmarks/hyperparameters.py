"""Hyperparameters: number of components, r2 threshold and LD window, one changed at a time.

The task modules' own bodies run, with one argument replaced. Each list includes the task module's
own value. The window is in variants. Hail's is in base pairs: 10,000 for each variant, which is
the task modules' own proportion.
"""

from . import _harness
from ._harness import axis, registry
from ._harness.replaced import option, replaced

version = axis.version("1")

SETTINGS = [
    *("n_components=2", "n_components=5", "n_components=10", "n_components=20"),
    *("r2=0.05", "r2=0.1", "r2=0.2", "r2=0.5", "r2=0.8"),
    *("window=50", "window=100", "window=200", "window=500"),
]
TASK = {"n_components": "pca", "r2": "ld_prune", "window": "ld_prune"}


class Hyperparameters(axis.OfTask):
    params = [SETTINGS, registry.DATA["hyperparameters"], registry.CORES]
    param_names = ["setting", "data", "cores"]
    metrics = ("time_end_to_end", "time_compute", "peakmem_tree", "track_error")

    def task_of(self, parameters):
        return TASK[parameters["setting"].partition("=")[0]]

    def configure(self, parameters):
        super().configure(parameters)
        self.name, _, text = parameters["setting"].partition("=")
        self.value = float(text) if self.name == "r2" else int(text)
        self.hyperparameters = {self.name: self.value}


class Sgkit(Hyperparameters, _harness.Sgkit):
    def compute(self, ds):
        import sgkit as sg

        function, keyword = {
            "n_components": ("pca", "n_components"),
            "r2": ("ld_prune", "threshold"),
            "window": ("window_by_variant", "size"),
        }[self.name]
        with replaced(sg, function, keyword, self.value):
            return super().compute(ds)


class Hail(Hyperparameters, _harness.Hail):
    def compute(self, mt):
        import hail as hl

        function, keyword, value = {
            "n_components": ("hwe_normalized_pca", "k", self.value),
            "r2": ("ld_prune", "r2", self.value),
            "window": ("ld_prune", "bp_window_size", 10000 * self.value),
        }[self.name]
        with replaced(hl, function, keyword, value):
            return super().compute(mt)


class Programs(Hyperparameters):
    def command(self, paths):
        name, number = {
            "n_components": ("--pca", 1),
            "r2": ("--indep-pairwise", 3),
            "window": ("--indep-pairwise", 1),
        }[self.name]
        return option(super().command(paths), name, number, self.value)


class Plink(Programs, _harness.Plink):
    pass


class Plink2(Programs, _harness.Plink2):
    pass
