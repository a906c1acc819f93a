"""What the axis modules inherit: they run the task modules' classes, by the parameter `task`."""

import importlib

from . import metrics
from .registry import TASKS as _TASKS

TASKS = list(_TASKS)
EAGER = ("time_load", "time_compute", "time_write")


# The versions of the first five tasks when their axes were last measured anew: stored results
# have it in their version. It never changes.
_ORIGIN = "11112"


def version(own):
    """An axis module's version: its own, and each task's that was raised since the task joined.

    `1.11112` or, after a change of the task pca, `1.11112+pca2`. A new task changes nothing.
    """
    raised = ""
    for task, entry in _TASKS.items():
        current = importlib.import_module(".." + task, __package__).version
        if current != entry.joined:
            raised += "+{}{}".format(task, current)
    return "{}.{}{}".format(own, _ORIGIN, raised)


class OfTask:
    """Mixed into a tool's base class: opens, computes and writes as a task module's class does.

    `metrics` names the metrics of the axis; the others are hidden from asv.
    """

    metrics = ("time_end_to_end", *EAGER, "peakmem_tree", "track_error")

    def __init_subclass__(cls, **kwargs):
        metrics.restrict(cls, cls.metrics)
        super().__init_subclass__(**kwargs)

    def configure(self, parameters):
        module = importlib.import_module(".." + self.task_of(parameters), __package__)
        self.body = getattr(module, type(self).__name__)()
        super().configure(parameters)

    def task_of(self, parameters):
        """The name of the task module."""
        return parameters["task"]

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
