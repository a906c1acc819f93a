"""PLINK's side of the harness: its whole command is what is timed."""

import abc
import os
import shutil
import subprocess
import sys

from . import memory, process
from .task import Task

_DRIVER = "2"  # raised when what starts PLINK changes: its values are then others


class Plink(Task):
    """A task in PLINK 1.9, over a BED file."""

    tool = "plink"
    format = "bed"

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        module = sys.modules[cls.__module__]
        cls.version = "{}-{}".format(module.version, _DRIVER)

    @abc.abstractmethod
    def command(self, paths):
        """The options of PLINK for this task."""

    def require_tool(self):
        super().require_tool()
        self.program = shutil.which(os.environ.get("GWAS_PLINK") or "")
        if self.program is None:
            raise NotImplementedError("no PLINK: GWAS_PLINK names no program")

    def start(self):
        pass

    def end_to_end(self):
        run = process.start(
            self._arguments(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )
        words = run.communicate()[1]
        if run.returncode != 0:
            raise RuntimeError("PLINK ended with {}: {}".format(run.returncode, words.strip()))
        return self.out

    def observe(self):
        self.empty_out()
        with self.ledger.phase("measure"):
            status, peak = memory.of_program(self._arguments())
        if status != 0:
            raise RuntimeError("PLINK ended with {}".format(status))
        with self.ledger.phase("setup"):
            return {"peak_bytes": peak, "error": self.check()}

    def _arguments(self):
        return [
            *(self.program, "--bfile", self.paths.bfile, "--out", self.out),
            *("--threads", str(self.cores), "--silent"),
            *self.command(self.paths),
        ]
