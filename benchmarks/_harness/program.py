"""A task in a program of the machine: its whole command is what is timed."""

import abc
import os
import shutil
import subprocess
import sys

from . import memory, process
from .task import Task


class Program(Task):
    """A task in a program that no environment installs and no upstream commit can change.

    Which one is run stands in the environment variable `variable`; without it, that is the first
    of `programs` on PATH whose `--version` begins with `version_prefix`.
    """

    kind = "program"
    variable = ""
    programs = ()
    version_prefix = ""
    debian = ""  # the package that has it
    driver = "1"  # raised when what starts the program changes: its values are then others

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        own = getattr(sys.modules[cls.__module__], "version", None)
        if own is not None:  # in a module of benchmarks, as opposed to one of tools/
            cls.version = "{}-{}".format(own, cls.driver)

    @abc.abstractmethod
    def command(self, paths):
        """The options of the program for this task."""

    @abc.abstractmethod
    def arguments(self):
        """The whole command line but the program: input, output, threads and command()."""

    def require_tool(self):
        super().require_tool()
        self.program = shutil.which(os.environ.get(self.variable) or "")
        if self.program is None:
            raise NotImplementedError(
                "no {}: {} names no program".format(self.label, self.variable)
            )

    def start(self):
        pass

    def end_to_end(self):
        run = process.start(
            [self.program, *self.arguments()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )
        errors = run.communicate()[1]
        if run.returncode != 0:
            raise RuntimeError(
                "{} ended with {}: {}".format(self.label, run.returncode, errors.strip())
            )
        return self.out

    def observe(self):
        self.empty_out()
        with self.ledger.phase("measure"):
            status, peak = memory.of_program([self.program, *self.arguments()])
        if status != 0:
            raise RuntimeError("{} ended with {}".format(self.label, status))
        with self.ledger.phase("setup"):
            return {"peak_bytes": peak, "error": self.check()}


def columns(path, **types):
    """Columns of a table with a header, separated by blanks, each as a list; NA is nan."""
    with open(path) as file:
        header = file.readline().split()
        positions = {name: header.index(name) for name in types}
        values = {name: [] for name in types}
        for line in file:
            fields = line.split()
            for name, position in positions.items():
                field = fields[position]
                values[name].append(types[name]("nan" if field == "NA" else field))
    return values
