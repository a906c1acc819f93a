"""Release histories from a package index: the same hashes everywhere, never rewritten."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.upstreams import examples
from tools.common.errors import UnreachableError, UsageError
from tools.upstreams import index_source
from tools.upstreams.mirror import Mirror


def tracked(**changes: object) -> list[index_source.Upstream]:
    return [examples.upstream("tool", **{"source": "index", **changes})]


def versions(mirror: Mirror) -> list[str | None]:
    return [commit.version for commit in mirror.releases("tool")]


def quiet(text: str) -> None:
    pass


@pytest.fixture
def releases(index: examples.Index) -> list[object]:
    index.projects["tool"] = [
        examples.file("tool", "0.1.0", 1, kind="sdist"),
        examples.file("tool", "0.1.0", 1.5),
        examples.file("tool", "0.2.0", 2),
        examples.file("tool", "0.3.0", 3),
    ]
    return index.projects["tool"]


def test_a_commit_for_each_release(mirror: Mirror, releases: list[object]) -> None:
    mirror.update(tracked(), say=quiet)
    assert versions(mirror) == ["0.1.0", "0.2.0", "0.3.0"]
    commit = mirror.commit("tool/0.1.0")
    assert commit.date.timestamp() == examples.START + examples.DAY  # the first file's
    assert (commit.subject, commit.source, commit.tool) == ("tool 0.1.0", "index", "tool")
    content = json.loads(mirror.repository.git("show", f"{commit.hash}:release.json"))
    assert (content["name"], content["version"]) == ("tool", "0.1.0")
    assert (content["filename"], content["requires_python"]) == ("tool-0.1.0.tar.gz", ">=3.8")
    assert len(content["sha256"]) == 64


def test_what_is_not_a_tracked_release_is_left_out(mirror: Mirror, releases: list[object]) -> None:
    releases += [
        examples.file("tool", "0.0.9", 0),  # before the first
        examples.file("tool", "0.4.0rc1", 4),
        examples.file("tool", "0.2.1", 5),  # a backport
        examples.file("tool", "nonsense", 6),
    ]
    mirror.update(tracked(), say=quiet)
    assert versions(mirror) == ["0.1.0", "0.2.0", "0.3.0"]


@pytest.mark.parametrize(
    ("version", "uploaded"),
    [("0.4.0", "9999-12-31T23:59:59Z"), ("0.4.0", "0001-01-01T00:00:00Z"),
     ("0.4.0", "1969-12-31T00:00:00+23:59"), ("9" * 5000, None), ("0.4.0+a.lock", None),
     ("0.4." + "1" * 100, None)],
)  # fmt: skip
def test_a_release_that_cannot_be_is_left_out_alone(
    mirror: Mirror, releases: list[object], version: str, uploaded: str | None
) -> None:
    odd = examples.file("tool", version, 4)
    releases += [{**odd, "upload-time": uploaded or odd["upload-time"]},
                 examples.file("tool", "0.5.0", 5)]  # fmt: skip
    mirror.update(tracked(), say=quiet)
    assert versions(mirror) == ["0.1.0", "0.2.0", "0.3.0", "0.5.0"]


def test_prereleases_when_wanted(mirror: Mirror, releases: list[object]) -> None:
    releases.append(examples.file("tool", "0.4.0rc1", 4))
    mirror.update(tracked(prereleases=True), say=quiet)
    assert versions(mirror)[-1] == "0.4.0rc1"


def test_the_same_hashes_whenever_and_in_whatever_order(
    tmp_path: Path, releases: list[dict[str, object]]
) -> None:
    step_by_step, at_once = Mirror(tmp_path / "a.git"), Mirror(tmp_path / "b.git")
    everything = list(releases)
    del releases[2:]
    step_by_step.update(tracked(), say=quiet)
    releases += everything[2:]
    step_by_step.update(tracked(), say=quiet)
    releases.reverse()
    releases.append(examples.file("tool", "0.1.0", 400, kind="whl"))  # another wheel, later
    for file in releases:
        if "0.2.0" in str(file["filename"]):
            file["yanked"] = "broken"  # yanked since
    at_once.update(tracked(), say=quiet)
    assert step_by_step.repository.refs("refs/heads") == at_once.repository.refs("refs/heads")
    # results may have been measured at it where it was known before
    assert versions(step_by_step) == ["0.1.0", "0.2.0", "0.3.0"]
    step_by_step.update(tracked(), say=quiet)
    assert versions(step_by_step) == ["0.1.0", "0.2.0", "0.3.0"]
    assert versions(at_once) == ["0.1.0", "0.3.0"]
    at_once.update(tracked(yanked=True), say=quiet)
    assert versions(at_once) == ["0.1.0", "0.2.0", "0.3.0"]


def test_a_generated_commit_is_pinned(mirror: Mirror, releases: list[object]) -> None:
    """Results of other machines are found by this hash: it must not change by accident."""
    mirror.update(tracked(), say=quiet)
    assert mirror.commit("tool/0.1.0").hash == "c82d554e2b5a4ee66e0f5c469d14c5bd8c22a02b"


def test_history_is_only_appended_to(mirror: Mirror, releases: list[object]) -> None:
    mirror.update(tracked(), say=quiet)
    old = mirror.branch("tool")
    del releases[2]  # the index forgot one
    releases += [examples.file("tool", "0.2.5", 2.5), examples.file("tool", "0.4.0", 5)]
    said: list[str] = []
    mirror.update(tracked(), say=said.append)
    assert mirror.branch("tool")[1:] == old
    assert versions(mirror) == ["0.1.0", "0.2.0", "0.3.0", "0.4.0"]
    assert "warning: tool: left out, because newer releases are mirrored already: 0.2.5" in said


def serve_nothing(index: examples.Index) -> None:
    index.projects.clear()


def serve_errors(index: examples.Index) -> None:
    index.status = 503


def serve_nonsense(index: examples.Index) -> None:
    index.raw = "{not json"


def serve_no_times(index: examples.Index) -> None:
    for file in index.projects["tool"]:
        del file["upload-time"]


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (serve_nothing, "has no package 'tool'"),
        (serve_errors, "does not answer .*503"),
        (serve_nonsense, "does not answer"),
        (serve_no_times, "has no upload times"),
    ],
)
def test_an_index_that_fails_keeps_the_mirror(
    mirror: Mirror,
    index: examples.Index,
    releases: list[object],
    break_it: Callable[[examples.Index], None],
    said: str,
) -> None:
    fresh = Mirror(mirror.path.with_name("fresh.git"))
    mirror.update(tracked(), say=quiet)
    break_it(index)
    lines: list[str] = []
    assert mirror.update(tracked(), say=lines.append) == ["tool"]
    assert versions(mirror) == ["0.1.0", "0.2.0", "0.3.0"]
    assert lines[0].startswith("warning: tool: ")
    with pytest.raises(UnreachableError, match=said):
        fresh.update(tracked(), say=quiet)


def test_no_release_from_first_on(mirror: Mirror, releases: list[object]) -> None:
    with pytest.raises(UnreachableError, match=r"no release of tool from 9\.0 on"):
        mirror.update(tracked(first="9.0"), say=quiet)


def test_auto_takes_git_when_it_answers(mirror: Mirror, tmp_path: Path) -> None:
    git = examples.GitUpstream(tmp_path / "tool.git")
    git.commit(tag="0.1")
    said: list[str] = []
    mirror.update(tracked(source="auto", git=git.path), say=said.append)
    assert mirror.source_of("tool") == "git"
    assert f"tool: {git.path} answers; following the git history from now on" in said


def test_auto_remembers_its_choice(mirror: Mirror, releases: list[object], tmp_path: Path) -> None:
    said: list[str] = []
    path = tmp_path / "tool.git"
    mirror.update(tracked(source="auto", git=path), say=said.append)
    assert mirror.source_of("tool") == "index"
    assert "does not answer" in said[0]
    assert "using the package index's release history" in said[0]
    old = mirror.branch("tool")
    examples.GitUpstream(path).commit(tag="0.1")  # git is back, but the two do not mix
    mirror.update(tracked(source="auto", git=path), say=said.append)
    assert (mirror.source_of("tool"), mirror.branch("tool")) == ("index", old)


def test_a_change_of_source_is_asked_for_and_said(
    mirror: Mirror, releases: list[object], tmp_path: Path
) -> None:
    git = examples.GitUpstream(tmp_path / "tool.git")
    head = git.commit(tag="0.7")
    mirror.update(tracked(), say=quiet)
    old = mirror.branch("tool")
    with pytest.raises(UsageError, match="update tool --source git"):
        mirror.update(tracked(source="git", git=git.path), say=quiet)
    assert mirror.branch("tool") == old
    said: list[str] = []
    mirror.update(tracked(git=git.path), "git", said.append)
    assert (mirror.source_of("tool"), mirror.branch("tool")) == ("git", [head])
    assert versions(mirror) == ["0.7"]
    assert any("results of the package index's release history stay" in s for s in said)
    mirror.update(tracked(), "index", quiet)
    assert (mirror.source_of("tool"), mirror.branch("tool")) == ("index", old)


def test_a_change_of_source_that_fails_changes_nothing(
    mirror: Mirror, releases: list[object]
) -> None:
    mirror.update(tracked(), say=quiet)
    old = mirror.branch("tool")
    assert mirror.update(tracked(git="/nowhere/tool"), "git", quiet) == ["tool"]
    assert (mirror.source_of("tool"), mirror.branch("tool")) == ("index", old)
    assert versions(mirror) == ["0.1.0", "0.2.0", "0.3.0"]


def test_the_index_that_pip_is_configured_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured = tmp_path / "pip.conf"
    configured.write_text("[global]\nindex-url = http://127.0.0.1:1/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(configured))
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    index_source.index_url.cache_clear()
    assert index_source.index_url() == "http://127.0.0.1:1/simple"
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:2/simple")
    index_source.index_url.cache_clear()
    assert index_source.index_url() == "http://127.0.0.1:2/simple"
    index_source.index_url.cache_clear()


@pytest.mark.integration
def test_the_real_index(mirror: Mirror) -> None:
    index_source.index_url.cache_clear()
    mirror.update([examples.upstream("sgkit", source="index", first="0.3.0")], say=quiet)
    commit = mirror.commit("sgkit/0.6.0")
    assert commit.date.date().isoformat() == "2023-02-01"
    assert commit.hash == "60f0745c75512fdc232e2e8926bf0bbbd9c81483"
