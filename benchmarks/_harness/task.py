"""What every task class inherits: parameters, set-up, and the metrics of all tools."""

import abc
import importlib
import os
import shutil

from . import checks, cores, data, observations, registry
from .concrete import concrete
from .ledger import Ledger
from .metrics import require_declared


class Task(abc.ABC):
    """One GWAS task in one tool."""

    params = [registry.DATA["tasks"], registry.CORES]
    param_names = ["data", "cores"]
    number = 1
    rounds = 1
    repeat = (3, 10, 20.0)
    warmup_time = 0  # setup makes the warm-up call itself, so that --quick is warm too
    timeout = 1800

    # ---- set by the tool's base class

    tool = ""  # its name: of its module in tools/, and of its classes in lower case
    label = ""  # what pages call it
    colour = ""  # of Okabe and Ito's palette, for any colour vision
    kind = ""  # "package" or "program"
    format = ""  # of datasets/formats.py, that the tool reads
    tolerance = {}  # by task: the largest deviation, in the measure of measures.py
    pruning = ()  # unit of its window, and its reason to remove a variant: see pruning.py
    hwe_p = "hwe_p"  # the reference's array for its p, exact or mid-p
    filters_by = "alternate allele"  # or "minor allele": whose frequency its filter looks at

    # ---- of one benchmark

    metric = ""  # set by asv_types before setup
    in_process = ("time_end_to_end",)  # metrics for which the tool runs in asv's process
    hyperparameters = {}  # those that differ from the task module's own

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        require_declared(cls)

    @classmethod
    def module(cls):
        """The name of the module that the class is in."""
        return cls.__module__.rpartition(".")[2]

    def task(self):
        """The name of the task: that of its module."""
        return self.module()

    # ---- what asv calls

    def setup(self, *values):
        if getattr(self, "values", None) != values:
            self.prepare(*values)
            if self.metric in self.in_process:
                cores.take(self.cores)
                with self.ledger.phase("start"):
                    self.start()
                with self.ledger.phase("setup"):
                    self.warm_up()
        self.empty_out()

    def teardown(self, *values):
        if not hasattr(self, "values"):
            return  # n/a: setup raised
        shutil.rmtree(os.path.dirname(self.out), ignore_errors=True)
        name = ".".join([self.module(), type(self).__name__, self.metric])
        self.ledger.flush(name, dict(zip(self.param_names, values)))

    def time_end_to_end(self, *values):
        with self.ledger.phase("measure"):
            return concrete(self.end_to_end())

    def peakmem_tree(self, *values):
        return observations.of(self)["peak_bytes"]

    def track_error(self, *values):
        return observations.of(self)["error"]

    # ---- the parts

    def prepare(self, *values):
        """Check quickly whether this can run here; NotImplementedError when not."""
        self.require_tool()
        self.configure(dict(zip(self.param_names, values)))
        self.ledger = Ledger(self.tool)
        text = "-".join(map(str, values))
        self.key = "{}.{}-{}".format(self.module(), self.tool, text)
        self.out = str(data.work("out") / "{}-{}".format(self.key, os.getpid()) / "result")
        self.values = values

    def configure(self, parameters):
        """Take the parameter values by name; NotImplementedError for one that cannot run here."""
        self.cores = parameters["cores"]
        cores.choose(self.cores)
        self.paths = data.paths(parameters["data"], self.format)

    def require_tool(self):
        """NotImplementedError (n/a) where this environment lacks the tool or is not for it."""
        tools = os.environ.get("GWAS_TOOLS")
        if tools is not None and self.tool not in tools.split(","):
            raise NotImplementedError("{} is not measured here ({})".format(self.tool, tools))

    def empty_out(self):
        """Remove an earlier result, outside of the timed call."""
        folder = os.path.dirname(self.out)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)

    def warm_up(self):
        """Run once untimed; WrongAnswer when the result is wrong."""
        self.empty_out()
        concrete(self.end_to_end())
        self.check()

    def check(self):
        """The deviation of the written result; WrongAnswer when it is beyond the tolerance."""
        answers = importlib.import_module(".tools." + self.tool, __package__)
        answer = getattr(answers, self.task())(self.out)
        return checks.check(self.task(), self.tool, answer, self.paths, **self.hyperparameters)

    @abc.abstractmethod
    def start(self):
        """Import and start the tool, once a process."""

    @abc.abstractmethod
    def end_to_end(self):
        """The whole task, from the data set's files to a result on disk; returns its path."""

    @abc.abstractmethod
    def observe(self):
        """Run end to end in a fresh process; a dictionary of observations."""
