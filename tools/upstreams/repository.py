"""Git commands on a bare repository, with this machine's git settings kept out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tools.common import process

# Hooks, signing and templates of the user's must not reach a mirror; nothing may prompt.
_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "LC_ALL": "C",
}


class Repository:
    """A bare git repository at `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def git(
        self,
        *args: str | Path,
        timeout: float = 600,
        input: str | None = None,
        env: Mapping[str, str] | None = None,
    ) -> str:
        """Output of a git command on this repository, stripped; ProgramError when it fails."""
        return process.run(
            ["git", "-c", "safe.directory=*", "--git-dir", self.path, *args],
            timeout=timeout,
            input=input,
            env={**_ENVIRONMENT, **(env or {})},
        ).stdout.strip("\n ")

    def create(self) -> None:
        """Make the repository when it is not there."""
        if not (self.path / "HEAD").exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            process.run(["git", "init", "--quiet", "--bare", self.path], env=_ENVIRONMENT)
            self.git("config", "gc.auto", "0")  # no repacking beneath a measurement

    def refs(self, pattern: str) -> dict[str, str]:
        """Full ref name -> commit hash (tags peeled) of the refs below `pattern`."""
        refs = {}
        fields = "%(refname) %(objectname) %(*objectname)"
        for line in self.git("for-each-ref", f"--format={fields}", pattern).splitlines():
            name, own, *peeled = line.split()
            refs[name] = peeled[0] if peeled else own
        return refs

    def move(self, wanted: Mapping[str, str], gone: list[str]) -> None:
        """Set and delete refs in one transaction: readers see the old ones or the new ones."""
        lines = [f"update {name} {commit}" for name, commit in wanted.items()]
        lines += [f"delete {name}" for name in gone]
        if lines:
            self.git("update-ref", "--stdin", input="\n".join(lines) + "\n")
