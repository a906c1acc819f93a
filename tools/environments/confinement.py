"""What upstream's code sees while it is measured or built."""

import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks._harness import page_cache, registry
from tools.common import paths
from tools.environments import programs
from tools.sandbox.policy import Policy

_OF_PREFIX = ("bin", "lib", "lib64", "include")


def measuring(
    environment: Path, scripts: tuple[Path, ...], write: tuple[Path, ...], *, network: bool = False
) -> Policy:
    """A benchmark process sees an environment, `scripts` and the data sets, and changes `write`.

    `network` is for clusters on other machines.
    """
    return Policy(
        read=(*python(environment), *scripts, *_data_sets(), *_programs()),
        write=write,
        network=network,
        drop_caches=os.environ.get(page_cache.ASKED) == "1",
    )


def python(environment: Path) -> Iterator[Path]:
    """A virtual environment and the interpreter that it is of."""
    yield environment
    executable = environment / "bin" / "python"
    links = []
    while executable.is_symlink():
        executable = executable.parent / os.readlink(executable)
        links.append(executable)
    for link in dict.fromkeys([*links, executable.resolve()]):
        yield from _interpreter(link)


def _interpreter(executable: Path) -> Iterator[Path]:
    """An interpreter's own files: its prefix may be a home, with other things in it."""
    prefix = Path(os.path.abspath(executable)).parent.parent
    if any(prefix.glob("lib/python3*/os.py")):
        yield from (prefix / name for name in _OF_PREFIX)
    else:
        yield executable


def _data_sets() -> Iterator[Path]:
    folder = paths.datasets_dir()
    yield folder
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.is_symlink():
            yield entry.resolve()


def _programs() -> Iterator[Path]:
    """PLINK and its kind, with the libraries beside them where they are no part of the system."""
    for tool in registry.programs():
        program = programs.find(tool)
        if program:
            real = Path(program).resolve()
            yield from (Path(os.path.abspath(program)), real, real.parent.parent / "lib")
