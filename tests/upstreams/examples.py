"""Small upstreams for tests: git repositories and a package index on this machine."""

from __future__ import annotations

import datetime
import json
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tools.upstreams.config import Upstream

START = 1_600_000_000
DAY = 86_400


class GitUpstream:
    """A bare git repository with a branch `main`, built commit by commit."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.head: str | None = None
        self._number = 0
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", path], check=True)

    def git(self, *args: str, input: str | None = None) -> str:
        done = subprocess.run(
            ["git", "--git-dir", self.path, *args],
            check=True, text=True, capture_output=True, input=input, env=self._who(),
        )  # fmt: skip
        return done.stdout.strip()

    def _who(self) -> dict[str, str]:
        authored, committed = START + self._number * DAY, START + self._number * DAY + 3600
        return {
            "PATH": "/usr/bin:/bin:/usr/local/bin",
            "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "a@x",
            "GIT_AUTHOR_DATE": f"{authored} +0000",
            "GIT_COMMITTER_NAME": "Com", "GIT_COMMITTER_EMAIL": "c@x",
            "GIT_COMMITTER_DATE": f"{committed} +0000",
        }  # fmt: skip

    def write(self, files: dict[str, str], parents: Sequence[str], message: str) -> str:
        """A commit with these files, on no branch."""
        self._number += 1
        entries = {name: self.git("hash-object", "-w", "--stdin", input=text)
                   for name, text in files.items()}  # fmt: skip
        tree = self._tree(entries)
        on = [word for parent in parents for word in ("-p", parent)]
        return self.git("commit-tree", tree, *on, "-m", message)

    def _tree(self, entries: dict[str, str]) -> str:
        lines, folders = [], {}
        for name, blob in entries.items():
            top, _, rest = name.partition("/")
            if rest:
                folders.setdefault(top, {})[rest] = blob
            else:
                lines.append(f"100644 blob {blob}\t{name}\n")
        lines += [f"040000 tree {self._tree(inner)}\t{name}\n" for name, inner in folders.items()]
        return self.git("mktree", input="".join(lines))

    def commit(
        self, message: str = "", *, tag: str | None = None, merge: str | None = None,
        files: dict[str, str] | None = None, annotated: bool = False,
    ) -> str:  # fmt: skip
        """A commit on `main`, which it moves; tagged when `tag` is given."""
        parents = [commit for commit in (self.head, merge) if commit]
        text = message or f"change {self._number}"
        self.head = self.write(files or {"a.txt": f"{self._number}\n"}, parents, text)
        self.git("update-ref", "refs/heads/main", self.head)
        if tag:
            extra = ("-a", "-m", f"release {tag}") if annotated else ()
            self.git("tag", *extra, tag, self.head)
        return self.head

    def commit_raw(self, **changed: bytes) -> str:
        """A commit on `main` with headers and message as they are, however wrong."""
        assert self.head
        tree = self.git("rev-parse", f"{self.head}^{{tree}}").encode()
        headers = {
            "author": b"Ann <a@x> %d +0000" % START, "committer": b"Com <c@x> %d +0000" % START,
            "extra": b"", "message": b"changed\n", **changed,
        }  # fmt: skip
        content = b"tree %s\nparent %s\nauthor %s\ncommitter %s\n%s\n%s" % (
            tree, self.head.encode(), headers["author"], headers["committer"], headers["extra"],
            headers["message"],
        )  # fmt: skip
        done = subprocess.run(
            ["git", "--git-dir", self.path, "hash-object", "-t", "commit", "-w", "--stdin",
             "--literally"], check=True, capture_output=True, input=content,
        )  # fmt: skip
        self.head = done.stdout.decode().strip()
        self.git("update-ref", "refs/heads/main", self.head)
        return self.head


def upstream(name: str, git: Path | str = "/nowhere", **changes: Any) -> Upstream:
    """An Upstream that follows a repository of a test."""
    values: dict[str, Any] = {
        "name": name, "package": name, "git": str(git), "branch": "main", "source": "git",
        "build": "source", "first": "0.1", "classes": (name,),
    }  # fmt: skip
    return Upstream(**{**values, **changes})


def file(
    package: str, version: str, day: float, *, yanked: bool = False, kind: str = "whl"
) -> Any:
    """A file of a release, as the JSON simple API lists it."""
    name = (
        f"{package}-{version}.tar.gz"
        if kind == "sdist"
        else f"{package}-{version}-py3-none-any.whl"
    )
    time = datetime.datetime.fromtimestamp(START + day * DAY, datetime.timezone.utc)
    return {
        "filename": name, "url": f"/files/{name}", "hashes": {"sha256": f"{hash_of(name):064x}"},
        "requires-python": ">=3.8", "yanked": yanked, "size": 1,
        "upload-time": time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }  # fmt: skip


def hash_of(text: str) -> int:
    return sum(ord(letter) * 31**at for at, letter in enumerate(text))


class Index:
    """A package index: project -> files; `broken` answers with an error, `raw` as it is."""

    def __init__(self) -> None:
        self.projects: dict[str, list[Any]] = {}
        self.status = 200
        self.raw: str | None = None
        self.url = ""


@contextmanager
def index() -> Iterator[Index]:
    """A package index with the JSON simple API on this machine."""
    served = Index()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.strip("/").rpartition("/")[2]
            status = served.status if name in served.projects else 404
            body = served.raw or json.dumps({
                "meta": {"api-version": "1.1"}, "name": name,
                "versions": sorted({file["filename"].split("-")[1].removesuffix(".tar.gz")
                                    for file in served.projects.get(name, [])}),
                "files": served.projects.get(name, []),
            })  # fmt: skip
            self.send_response(status)
            self.send_header("Content-Type", "application/vnd.pypi.simple.v1+json")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}/simple"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
