"""Git commands on a repository, without the settings of this machine's user.

git itself, not a library: only git knows the user's proxies and credentials, and it is fast.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from tools.common import process
from tools.common.errors import disk_full, is_disk_full

_ENVIRONMENT = {
    # git must not prompt, and its messages must be in English
    "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "LC_ALL": "C",
    # no history but the real one; nothing is fetched while it is read
    "GIT_NO_REPLACE_OBJECTS": "1", "GIT_NO_LAZY_FETCH": "1",
    # no helper that runs commands (ext::), whatever a repository or a server asks for
    "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
    # a git hook that runs this program sets them for another repository
    **dict.fromkeys(("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY",
                     "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE")),
}  # fmt: skip
# the settings of the user and the machine (signing, hooks, filters) would change the mirror
_OWN_SETTINGS = {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_PARAMETERS": None,
    "GIT_CONFIG_COUNT": None,
}  # fmt: skip
# but network commands need them (proxies, credentials, insteadOf). git itself gives up on a server
# that stalls, so a long fetch can have a long time limit.
_NETWORK = ("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=60",
            "-c", "core.hooksPath=/dev/null")  # fmt: skip


class Repository:
    """A git repository; `path` is its `.git` folder, or the folder of a bare repository."""

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
        """The stripped output of a git command; ProgramError when it fails."""
        settings = _NETWORK if network else ()
        try:
            return process.run(
                ["git", "-c", "safe.directory=*", *settings, "--git-dir", self.path, *args],
                timeout=timeout,
                input=input,
                env={
                    **_ENVIRONMENT,
                    **({} if network else _OWN_SETTINGS),
                    "GIT_INDEX_FILE": str(self.path / "index"),
                    **(env or {}),
                },
            ).stdout.strip("\n ")
        except process.ProgramError as error:
            if is_disk_full(error.output):
                raise disk_full(f"git, in {self.path}") from None
            raise

    def create(self) -> None:
        """Make the bare repository unless it exists; a rename makes it appear whole."""
        if (self.path / "HEAD").exists():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.path.parent, prefix=".mirror.") as scratch:
            new = Repository(Path(scratch, "new.git"))
            process.run(
                ["git", "init", "--quiet", "--bare", "--template=", new.path],
                env={**_ENVIRONMENT, **_OWN_SETTINGS},
            )
            new.git("config", "gc.auto", "0")  # no repacking during a measurement
            os.rename(new.path, self.path)

    def clean_up(self) -> None:
        """Remove files of an interrupted writer; only for the holder of the mirror's lock."""
        for pattern in ("*.lock", "refs/**/*.lock", "objects/pack/*.keep"):
            for left in self.path.glob(pattern):
                left.unlink(missing_ok=True)
        for left in self.path.glob("objects/**/tmp_*"):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)

    def refs(self, *patterns: str) -> dict[str, str]:
        """{full name: commit} of the refs below `patterns`; an annotated tag has its commit."""
        refs = {}
        fields = "%(refname) %(objectname) %(*objectname)"
        for line in self.git("for-each-ref", f"--format={fields}", *patterns).splitlines():
            name, own, *peeled = line.split()
            refs[name] = peeled[0] if peeled else own
        return refs

    def move(self, new: Mapping[str, str], removed: Iterable[str]) -> None:
        """Set and delete refs in one transaction: readers see all old refs or all new ones."""
        lines = [f"update {name} {commit}" for name, commit in new.items()]
        lines += [f"delete {name}" for name in removed]
        if lines:
            self.git("update-ref", "--stdin", input="\n".join(lines) + "\n")
