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
        listed=tuple(script.parent for script in scripts if script.is_dir()),
        network=network,
        drop_caches=os.environ.get(page_cache.ASKED) == "1",
    )


def python(environment: Path) -> Iterator[Path]:
    """A virtual environment and the interpreter that it is of."""
    yield environment
    yield from interpreter(environment / "bin" / "python")


def interpreter(executable: Path) -> Iterator[Path]:
    """An interpreter's files, and those of the interpreters that it is a link to."""
    links = [executable]
    while links[-1].is_symlink():
        links.append(links[-1].parent / os.readlink(links[-1]))
    for link in dict.fromkeys([*links, executable.resolve()]):
        prefix = Path(os.path.abspath(link)).parent.parent
        if any(prefix.glob("lib/python3*/os.py")):
            # the prefix may be in a home, with other things beside these
            yield from (prefix / name for name in _OF_PREFIX)
        else:
            yield link


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
