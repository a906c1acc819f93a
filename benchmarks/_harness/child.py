"""One task end to end in a fresh process, which reports its observations.

Protocol, line by line: the child prints READY once the tool has started, and DONE once the result
is on disk. It waits for a line, checks the result, and prints its observations as a JSON object.
"""

import importlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from . import cores, process

READY, DONE = "READY", "DONE"
_ROOT = str(Path(__file__).resolve().parents[2])
# the parent folder is on the path only for this import: it has other modules too
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); import benchmarks; del sys.path[0]; "
    "from benchmarks._harness import child; child.main(*sys.argv[2:])"
)


class ChildFailed(RuntimeError):
    """The child ended before it reported; the message has the last lines of its log."""


class Child:
    """A child process that has just been started."""

    def __init__(self, task, log, env):
        self._log = Path(str(log))
        arguments = [type(task).__module__.rpartition(".")[2], type(task).__name__]
        begin = time.perf_counter()
        with self._log.open("wb") as stderr:
            self.process = process.start(
                [sys.executable, "-c", _BOOT, _ROOT, *arguments, json.dumps(task.values)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=env,
                universal_newlines=True,
            )
        self._begin = begin

    def wait_for(self, word):
        """Seconds from the start until the child prints this word."""
        for line in self.process.stdout:
            if line.strip() == word:
                return time.perf_counter() - self._begin
        self._failed()

    def finish(self):
        """Let the child check its result; its observations."""
        last = self.process.communicate("go\n")[0].strip().splitlines()
        if self.process.returncode != 0 or not last:
            self._failed()
        return json.loads(last[-1])

    def _failed(self):
        self.process.communicate()
        lines = self._log.read_text(errors="replace").strip().splitlines()[-12:]
        raise ChildFailed("exit status {}: {}".format(self.process.returncode, "\n".join(lines)))


def main(module, name, values):
    """The child's side."""
    say = sys.stdout  # the tools' own output goes to the log
    sys.stdout = sys.stderr
    task = getattr(importlib.import_module("benchmarks." + module), name)()
    task.prepare(*json.loads(values))
    cores.take(task.cores)
    task.start()
    print(READY, file=say, flush=True)
    task.empty_out()
    with task.watched() as seen:
        task.end_to_end()
    print(DONE, file=say, flush=True)
    sys.stdin.readline()
    answer = dict(seen, error=task.check())
    task.stop()
    shutil.rmtree(os.path.dirname(task.out), ignore_errors=True)
    print(json.dumps(answer), file=say, flush=True)
