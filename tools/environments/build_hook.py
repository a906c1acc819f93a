"""Call a build backend (PEP 517): a script that runs in the sandbox, on the project's build tools.

    python build_hook.py '{"backend": ..., "path": [...], "granted": [...]}' OUT

Its folder is the source tree. It writes the requirements that the backend still asks for to
OUT/requires.json and ends with 3, or it builds a wheel in OUT. Syntax of Python 3.8.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any


def main(options: dict[str, Any], out: str) -> None:
    """Ask the backend what it requires; build when all of that is granted."""
    # instead of this script's own folder
    sys.path[:1] = [os.path.abspath(folder) for folder in options["path"]]
    module, _, names = options["backend"].partition(":")
    backend = importlib.import_module(module)
    for name in filter(None, names.split(".")):
        backend = getattr(backend, name)
    asked: list[str] = getattr(backend, "get_requires_for_build_wheel", list)()
    if set(asked) - set(options["granted"]):
        with open(os.path.join(out, "requires.json"), "w") as stream:
            json.dump(asked, stream)
        sys.exit(3)
    backend.build_wheel(out)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2])
