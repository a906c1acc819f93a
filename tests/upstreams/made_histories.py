"""A hypothesis strategy for git histories, and a fast way to make real repositories of them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st
from packaging.version import Version

from tests.upstreams.examples import DAY, START

DATES = [0, 1, 999_999_999, 2**31, 2**33, 2**34 + START, 253_402_300_800, 2**62]
ZONES = [b"+0000", b"-0330", b"+1400", b"-9959", b"+9999"]
VERSIONS = ["0.0.1", "0.1", "v0.1", "0.2", "0.2.0", "v1.0", "1.0rc1", "1!2.0", "2022.01.0", "3+x"]
NO_VERSIONS = ["nightly", "v", "x/0.1", "é", "$(id)", "-1", "a;b", "9" * 100]


@dataclass(frozen=True)
class Commit:
    """One commit; parents are positions in the list of all commits."""

    parents: tuple[int, ...]
    seconds: int  # of the committer
    zone: bytes
    author: bytes
    message: bytes


@dataclass(frozen=True)
class State:
    """What upstream shows at one time."""

    tip: int  # of its branch
    tags: Mapping[str, int]


@dataclass(frozen=True)
class History:
    """All commits, and what upstream shows at two updates."""

    commits: tuple[Commit, ...]
    states: tuple[State, State]

    def line(self, state: State) -> Iterator[int]:
        """The branch along first parents, newest first."""
        at = state.tip
        yield at
        while self.commits[at].parents:
            at = self.commits[at].parents[0]
            yield at

    def releases(self, state: State, first: str) -> dict[int, set[str]]:
        """The versions of the commits of the branch, as their tags say."""
        versions: dict[int, set[str]] = {}
        for tag in set(state.tags) & set(VERSIONS):
            version = Version(tag)
            is_tracked = not version.is_prerelease and version >= Version(first)
            if is_tracked and state.tags[tag] in self.line(state):
                versions.setdefault(state.tags[tag], set()).add(str(version))
        return versions


_names = st.binary(max_size=8).map(lambda text: text.translate(None, b"\n<>\0"))
_messages = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([
        b"\x1b[31mred\x1b]0;x\x07 (#12)", b"x" * 5000, b"<b>&amp;\n\n<script>",
        b"\xff\xfe\n\n\n\xff",
        "\u202eabc \u05d0\n\n\u2028".encode(), b"see https://ann:s3cret@example.org/x\n\nx@y",
    ]),
)  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Up to 8 commits with merges and several roots; branch and tags change in between."""
    count = draw(st.integers(1, 8))
    commits = []
    for number in range(count):
        earlier = st.sampled_from(range(number)) if number else st.nothing()
        straight = number and draw(st.integers(0, 3))
        parents = [number - 1] if straight else []
        if number and draw(st.booleans()):
            parents += draw(st.lists(earlier, max_size=3))
        usual = START + number * DAY
        commits.append(
            Commit(
                tuple(dict.fromkeys(parents)),
                draw(st.sampled_from([usual, usual, usual, *DATES])),
                draw(st.sampled_from(ZONES)),
                draw(_names),
                draw(_messages),
            )
        )
    position = st.integers(0, count - 1)
    tags = st.dictionaries(st.sampled_from([*VERSIONS, *NO_VERSIONS]), position, max_size=4)
    newest = st.one_of(st.just(count - 1), position)
    first, second = State(draw(position), draw(tags)), State(draw(newest), draw(tags))
    if draw(st.booleans()):  # upstream only adds tags
        second = State(second.tip, {**second.tags, **first.tags})
    return History(tuple(commits), (first, second))


class MadeUpstream:
    """A bare repository with the commits of a history; `hashes` has them in order."""

    def __init__(self, path: Path, history: History) -> None:
        self.path, self.history = path, history
        self._git("init", "--quiet", "--bare", "--template=", "-b", "main", str(path))
        marks = path / "marks"
        stream = b"".join(map(self._stream, range(len(history.commits))))
        self._git(
            "--git-dir", str(path), "fast-import", "--quiet", "--date-format=raw-permissive",
            f"--export-marks={marks}", input=stream,
        )  # fmt: skip
        by_mark = dict(line.split() for line in marks.read_text().splitlines())
        self.hashes = [by_mark[f":{at + 1}"] for at in range(len(history.commits))]

    def show(self, state: State) -> None:
        """Move the branch and the tags."""
        listed = self._git("--git-dir", str(self.path), "for-each-ref", "--format=%(refname)",
                           "refs/tags").decode().splitlines()  # fmt: skip
        wanted = {f"refs/tags/{tag}": at for tag, at in state.tags.items()}
        wanted["refs/heads/main"] = state.tip
        lines = [f"delete {name}\n" for name in listed if name not in wanted]
        lines += [f"update {name} {self.hashes[at]}\n" for name, at in wanted.items()]
        self._git("--git-dir", str(self.path), "update-ref", "--stdin",
                  input="".join(lines).encode())  # fmt: skip

    def _stream(self, number: int) -> bytes:
        commit = self.history.commits[number]
        text = commit.message
        parents = [b"merge :%d\n" % (at + 1) for at in commit.parents]
        if parents:
            parents[0] = parents[0].replace(b"merge", b"from")
        return b"".join([
            b"commit refs/made/%d\nmark :%d\n" % (number, number + 1),
            b"author %s <a@x> %d +0000\n" % (commit.author + b" ", START),
            b"committer C <c@x> %d %s\n" % (commit.seconds, commit.zone),
            b"data %d\n%s\n" % (len(text), text),
            *parents,
            b"M 100644 inline a.txt\ndata %d\n%d\n" % (len(str(number)), number),
        ])  # fmt: skip

    @staticmethod
    def _git(*args: str, input: bytes = b"") -> bytes:
        return subprocess.run(["git", *args], input=input, check=True, capture_output=True).stdout
