"""The only lists of tasks, tools, data sets and cores; everything else reads them, in this order.

TASKS   by module name: a Task
TOOLS   by name: the base class of the tool's task classes, from tools/<name>.py. Its attributes
        say the rest: `label`, `colour`, `kind` ("package" of an environment, or "program" of the
        machine), `tolerance` by task, and how the tool is found and tried out
DATA    by module: the data sets that it measures ("tasks": those of each task module)
SHAPES  by data set: the chunks and partitions that it is sharded in (see shapes.py)
CORES   numbers of physical cores

DATA, CORES and the names of TASKS are values of asv's parameters. Add a value at any
place of its list: results, events and repeats go by value, and none is discarded.
"""

from collections import namedtuple
from importlib import import_module

# label: what pages call it; joined: its version when the axis modules first measured it, "1" for
# a new task (see axis.version)
Task = namedtuple("Task", "label joined")
# Zarr chunks (variants x samples) and MatrixTable partitions, in the order of shapes.py
Shapes = namedtuple("Shapes", "chunks partitions")

TASKS = {
    "allele_frequency": Task("Allele frequency", "1"),
    "hardy_weinberg": Task("HWE with filtering", "1"),
    "ld_prune": Task("LD prune", "1"),
    "pca": Task("PCA", "1"),
    "association": Task("OLS association", "2"),
}

CORES = [1, 2, 4, 8, 16]

_SAMPLES = ["sim-1k", "sim-5k", "sim-10k", "sim-50k", "sim-100k"]
_VARIANTS = ["sim-2504-2k", "sim-2504-10k", "sim-2504-100k", "sim-2504-1.1m", "1kg-chr21"]
_STUDY = ["10000x1000", "4000x2504", "10000x2504"], ["960", "8128", "20318"]

SHAPES = {
    "smoke": Shapes(["500x100", "250x200", "500x200"], ["2", "4", "8"]),
    "sim-2504-10k": Shapes(["1000x1000", "400x2504", "1000x2504"], ["4", "25", "90"]),
    "sim-10k": Shapes(["1000x1000", "100x10000", "1000x10000"], ["8", "25", "90"]),
    "1kg-sites": Shapes(["2000x1000", "800x2504", "2000x2504"], ["4", "25", "90"]),
    "sim-2504-100k": Shapes(["10000x1000", "4000x2504", "10000x2504"], ["8", "90", "900"]),
    "sim-2504-1.1m": Shapes(*_STUDY),
    "1kg-chr21": Shapes(*_STUDY),
}

DATA = {
    "tasks": [
        *("smoke", "sim-2504-10k", "1kg-sites", "sim-2504-100k", "sim-2504-1.1m", "sim-2504-2k")
    ],
    "scaling": ["smoke", *_SAMPLES, *_VARIANTS],
    "sharding": list(SHAPES),
    "caching": ["smoke", "sim-2504-10k", "sim-2504-100k", "1kg-sites", "1kg-chr21"],
    "hyperparameters": ["smoke", "sim-2504-2k", "sim-2504-10k", "sim-2504-100k", "1kg-sites"],
    "filtering": [
        *("smoke", "sim-2504-2k", "sim-2504-10k", "sim-2504-100k", "1kg-sites", "1kg-chr21")
    ],
    "distributed": ["smoke", "sim-2504-10k", "sim-2504-100k", "sim-10k", "1kg-chr21"],
    "survival": ["smoke", "sim-2504-10k", "sim-2504-100k", "1kg-chr21"],
}


def measured_data():
    """All data sets that some module measures."""
    return {name for names in DATA.values() for name in names}


# Last, as tools' base classes read the lists above.
TOOLS = {
    name: getattr(import_module(".tools." + name, __package__), name.capitalize())
    for name in ("sgkit", "hail", "plink", "plink2")
}


def programs():
    """The tools of kind "program", by name."""
    return {name: tool for name, tool in TOOLS.items() if tool.kind == "program"}
