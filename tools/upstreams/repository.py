"""Git commands on a bare repository, with this machine's git settings kept out."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from tools.common import process
from tools.common.errors import DiskFullError

# Nothing may prompt, and messages must not depend on this machine's language.
_ENVIRONMENT = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "LC_ALL": "C"}
# The user's settings (signing, hooks, log formats, encodings) must not reach a mirror ...
_OWN_SETTINGS = {"GIT_CONFIG_GLOBAL": os.devnull}
# ... but those that lead to the network (proxies, credentials, insteadOf) are needed there;
# a server that stalls is given up, so that a long fetch needs no short time limit.
_NETWORK = ("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=60",
            "-c", "core.hooksPath=/dev/null")  # fmt: skip


class Repository:
    """A git repository whose `.git` (or bare) folder is `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def git(
        self,
        *args: str | Path,
        timeout: float = 600,
        input: str | None = None,
        env: Mapping[str, str] | None = None,
        network: bool = False,
    ) -> str:
        """Output of a git command on this repository, stripped; ProgramError when it fails."""
        settings = _NETWORK if network else ()
        try:
            return process.run(
                ["git", "-c", "safe.directory=*", *settings, "--git-dir", self.path, *args],
                timeout=timeout,
                input=input,
                env={
                    **_ENVIRONMENT,
                    **({} if network else _OWN_SETTINGS),
                    # a git hook that runs this program sets it to another repository's index
                    "GIT_INDEX_FILE": str(self.path / "index"),
                    **(env or {}),
                },
            ).stdout.strip("\n ")
        except process.ProgramError as error:
            if os.strerror(errno.ENOSPC) in error.output:
                raise DiskFullError(
                    f"the disk is full (git, in {self.path})",
                    hint="free some room and run the same command again; what is mirrored is kept",
                ) from None
            raise

    def create(self) -> None:
        """Make the bare repository when it is not there; it appears whole or not at all."""
        if (self.path / "HEAD").exists():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.path.parent, prefix=".mirror.") as scratch:
            made = Repository(Path(scratch, "made.git"))
            process.run(
                ["git", "init", "--quiet", "--bare", "--template=", made.path],
                env={**_ENVIRONMENT, **_OWN_SETTINGS},
            )
            made.git("config", "gc.auto", "0")  # no repacking beneath a measurement
            os.rename(made.path, self.path)

    def clean_up(self) -> None:
        """Remove what an interrupted writer left; only for the holder of the mirror's lock."""
        for pattern in ("*.lock", "refs/**/*.lock", "objects/pack/*.keep"):
            for left in self.path.glob(pattern):
                left.unlink(missing_ok=True)
        for left in self.path.glob("objects/**/tmp_*"):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)

    def refs(self, *patterns: str) -> dict[str, str]:
        """Full ref name -> commit hash (tags peeled) of the refs below each of `patterns`."""
        refs = {}
        fields = "%(refname) %(objectname) %(*objectname)"
        for line in self.git("for-each-ref", f"--format={fields}", *patterns).splitlines():
            name, own, *peeled = line.split()
            refs[name] = peeled[0] if peeled else own
        return refs

    def move(self, wanted: Mapping[str, str], gone: Iterable[str]) -> None:
        """Set and delete refs in one transaction: readers see the old ones or the new ones."""
        lines = [f"update {name} {commit}" for name, commit in wanted.items()]
        lines += [f"delete {name}" for name in gone]
        if lines:
            self.git("update-ref", "--stdin", input="\n".join(lines) + "\n")
