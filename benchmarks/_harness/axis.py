"""What the axis modules inherit: a task module's own classes, chosen by the parameter `task`."""

import importlib

from . import metrics

TASKS = ["allele_frequency", "hardy_weinberg", "ld_prune", "pca", "association"]
EAGER = ("time_load", "time_compute", "time_write")


def version(own):
    """An axis module's version: its own, and after the dot those of the task modules."""
    modules = [importlib.import_module(".." + task, __package__) for task in TASKS]
    return own + "." + "".join(module.version for module in modules)


class OfTask:
    """Mixed into a tool's base class: what is opened, called and written is a task module's.

    `metrics` names those that the axis is about; asv does not see the others.
    """

    metrics = ("time_end_to_end", *EAGER, "peakmem_tree", "track_error")

    def __init_subclass__(cls, **kwargs):
        metrics.restrict(cls, cls.metrics)
        super().__init_subclass__(**kwargs)

    def place(self, point):
        module = importlib.import_module(".." + self.task_of(point), __package__)
        self.body = getattr(module, type(self).__name__)()
        super().place(point)

    def task_of(self, point):
        """The name of the task module."""
        return point["task"]

    def task(self):
        return self.body.task()

    def open(self, paths):
        return self.body.open(paths)

    def compute(self, dataset):
        return self.body.compute(dataset)

    def write(self, result, path):
        self.body.write(result, path)

    def command(self, paths):
        return self.body.command(paths)
