"""asv's storage of results, made safe: whole files, full hashes, one writer for each machine.

asv writes a file in place, so a full disk or a kill loses all values in it. It names a result
file after eight digits of the commit, so a second commit with these digits overwrites the first.
And nothing keeps two processes from losing each other's values. Importing this module replaces
the functions of asv that do so; asv has no other way.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import asv.commands.compare
import asv.commands.rm
import asv.commands.run
import asv.commands.show
import asv.commands.update
import asv.results
from asv import util
from asv.console import log
from asv.machine import Machine, MachineCollection
from asv.results import Results

from tools.common import files
from tools.common.errors import ConfigError

_HEAD = re.compile(rb'\{"commit_hash": "([0-9a-f]+)"')  # as asv begins a result file
_HARDWARE = ("arch", "cpu", "num_cpu")  # what tells one machine from another
_asv_filename = asv.results.get_filename
_asv_save_machine = Machine.save
_asv_save = Results.save


class _Run(NamedTuple):
    results_dir: Path
    machine: dict[str, Any]  # asv's facts about it


_run: _Run | None = None  # the `asv run` of this process
_unwritable: set[Path] = set()


def machine() -> dict[str, Any]:
    """asv's facts about the machine that this process measures for: `asv run --machine NAME`."""
    if _run is not None:
        return _run.machine
    facts: dict[str, Any] = MachineCollection.load(Machine.get_unique_machine_name())
    return facts


def machine_name() -> str:
    """The name of this machine in the results: that of asv's machine file, else the host's."""
    try:
        return str(machine()["machine"])
    except util.UserError:  # no run has described it yet
        return str(Machine.get_unique_machine_name())


def path_of(results_dir: str | Path, machine: str, commit: str, env: str) -> Path:
    """The result file of a commit, whether it exists or not.

    Its name has the first eight digits of the commit; all digits where another commit has the
    file with that name.
    """
    short = Path(results_dir, _asv_filename(machine, commit, env))
    whole = short.with_name(commit + short.name.removeprefix(commit[:8]))
    is_taken = whole.exists() or _commit_in(short) not in (None, commit)
    return whole if is_taken else short


def keep(path: Path) -> None:
    """Ignore what asv saves to a result file from now on, until `release`."""
    _unwritable.add(path)


def release() -> None:
    """Let asv save to all files again."""
    _unwritable.clear()


@functools.cache  # a process is no second writer for itself
def reserve(folder: Path) -> ExitStack:
    """Be the only writer of a machine's results until this process ends; BusyError."""
    held = ExitStack()  # which the cache keeps; the operating system releases the lock
    held.enter_context(files.lock(folder / ".lock", f"the folder of results {folder.name}"))
    files.remove_unfinished(folder)
    return held


def _commit_in(path: Path) -> str | None:
    """The commit of a result file; None where there is no file, or one that cannot be read."""
    try:
        with path.open("rb") as stream:
            if match := _HEAD.match(stream.read(100)):
                return match[1].decode()
        return str(json.loads(path.read_bytes())["commit_hash"])
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return None


def _write_json(
    path: str, data: Any, api_version: int | None = None, compact: bool = False
) -> None:
    """util.write_json. A file with a version is a record; others are pages, made anew anytime."""
    if api_version is not None:
        data = {**data, "version": api_version}
    text = json.dumps(data) if compact else json.dumps(data, indent=4, sort_keys=True)
    files.write_text(Path(path).absolute(), text, durable=api_version is not None)


def _get_filename(machine: str, commit_hash: str, env_name: str) -> str:
    if _run is None:
        return str(_asv_filename(machine, commit_hash, env_name))
    path = path_of(_run.results_dir, machine, commit_hash, env_name)
    return str(path.relative_to(_run.results_dir))


def _save_machine(self: Machine, results_dir: str) -> None:
    """Machine.save, with which a run begins: become the machine's writer first."""
    global _run
    facts = dict(self.__dict__)
    folder = Path(results_dir).absolute() / facts["machine"]
    reserve(folder)
    _refuse_another(folder / "machine.json", facts)
    _asv_save_machine(self, results_dir)
    _run = _Run(folder.parent, facts)


def _refuse_another(path: Path, facts: Mapping[str, Any]) -> None:
    """ConfigError where the results in the folder of this machine's name are of another."""
    try:
        stored = util.load_json(str(path))
        different = [name for name in _HARDWARE if stored.get(name) not in (None, facts.get(name))]
    except (OSError, ValueError, AttributeError, util.UserError):
        return  # none yet, or damaged: asv writes it again
    if different:
        was, now = (", ".join(str(of.get(name)) for name in different) for of in (stored, facts))
        raise ConfigError(
            f"{path.parent} has results of another machine ({was}; this one: {now})",
            hint=f'give this machine a name of its own: set "machine" of its entry in '
            f"{MachineCollection.get_machine_file_path()}. To go on with the old machine's "
            f"series, delete {path}",
        )


def _save(self: Results, result_dir: str) -> None:
    if Path(result_dir, self._filename).absolute() not in _unwritable:
        _asv_save(self, result_dir)


def _results_of_commit(results: str, machine_name: str, commit: str) -> Iterator[Results]:
    """iter_results_for_machine_and_hash, which compares only the start of file names.

    UserError where `commit` is the start of several hashes.
    """
    fitting = []
    for root, name, owner in asv.results.iter_results_paths(os.path.join(results, machine_name)):
        digits = name.partition("-")[0]
        if owner == machine_name and (digits.startswith(commit) or commit.startswith(digits)):
            try:
                result = Results.load(os.path.join(root, name), machine_name=owner)
            except util.UserError as error:
                log.warning(str(error))
                continue
            if result.commit_hash.startswith(commit):
                fitting.append(result)
    commits = {result.commit_hash for result in fitting}
    if len(commits) > 1:
        raise util.UserError(f"{commit} is the start of several commits: {sorted(commits)}")
    return iter(fitting)


def _reserving(run: Callable[..., Any]) -> Any:
    """asv's command `run`, which rewrites results of all machines, as their only writer."""

    def reserved(cls: type, conf: Any, *args: Any, **options: Any) -> Any:
        for path in Path(conf.results_dir).absolute().glob("*/machine.json"):
            reserve(path.parent)
        return run.__func__(cls, conf, *args, **options)  # type: ignore[attr-defined]

    return classmethod(reserved)


util.write_json = _write_json
asv.results.get_filename = _get_filename
Machine.save = _save_machine
Results.save = _save
for module in (asv.results, asv.commands.run, asv.commands.show, asv.commands.compare):
    module.iter_results_for_machine_and_hash = _results_of_commit
for command in (asv.commands.rm.Rm, asv.commands.update.Update):
    command.run = _reserving(command.run)
