"""The files of an environment as they were installed, to find what anything changed since.

A file counts as unchanged when its size, inode and time of change are as they were. Reading all
its content would take seconds; this takes a tenth of one for 10,000 files. A process can set a
file's time of modification back, but not its time of change.
"""

import json
import os
from pathlib import Path

from tools.common import files

# path in the environment: size, inode, time of change in ns
Files = dict[str, list[int]]
_USED = "finished"  # its time says when the environment was last used


def of(environment: Path) -> Files:
    """All files and links of an environment."""
    found: Files = {}
    folders = [""]
    while folders:
        folder = folders.pop()
        with os.scandir(environment / folder) as entries:
            for entry in entries:
                name = folder + entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{name}/")
                elif name != _USED:
                    state = entry.stat(follow_symlinks=False)
                    found[name] = [state.st_size, state.st_ino, state.st_ctime_ns]
    return found


def write(environment: Path, part: str, artefact: str, found: Files) -> None:
    """Store what a part of an environment ("packages" or "tool") was installed from, and as."""
    content = {"artefact": artefact, "files": found}
    files.write_text(_path(environment, part), json.dumps(content))


def read(environment: Path, part: str) -> tuple[str, Files]:
    """What `write` stored; an empty artefact without it."""
    try:
        content = json.loads(_path(environment, part).read_text())
        return content["artefact"], content["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return "", {}


def remove(environment: Path) -> None:
    """Forget an environment."""
    for part in ("tool", "packages"):
        _path(environment, part).unlink(missing_ok=True)


def unchanged(expected: Files, found: Files) -> bool:
    """Whether all expected files are there as they were. Others may be there too."""
    return all(found.get(name) == state for name, state in expected.items())


def _path(environment: Path, part: str) -> Path:
    # beside the environment: not even a process without a sandbox changes it by accident
    return environment.with_name(f"{environment.name}.{part}.json")
