"""`python -m tools upstreams`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.upstreams import examples
from tools.__main__ import main
from tools.common import paths
from tools.upstreams import config
from tools.upstreams.mirror import Mirror


@pytest.fixture
def tool(mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> examples.GitUpstream:
    upstream = examples.GitUpstream(tmp_path / "tool.git")
    upstream.commit("first (#1)", tag="0.1")
    upstream.commit(tag="0.2")
    tracked = {"tool": examples.upstream("tool", upstream.path)}
    monkeypatch.setattr(config, "load", lambda path: tracked)
    return upstream


def test_update_list_and_show(
    tool: examples.GitUpstream, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["upstreams", "update"]) == 0
    assert "tool: 2 releases, 2 new (git history)" in capsys.readouterr().out
    assert main(["upstreams", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["tool/0.1", "tool/0.2"]
    assert main(["upstreams", "list", "tool", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["version"] for one in listed] == ["0.1", "0.2"]
    assert main(["upstreams", "show", "tool/0.1"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["subject"], shown["source"]) == ("first (#1)", "git")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["update", "nope"], "unknown tool 'nope'; tracked are tool"),
     (["list"], "nothing is mirrored yet")],
)  # fmt: skip
def test_wrong_usage(
    tool: examples.GitUpstream, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["upstreams", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_an_unknown_name(tool: examples.GitUpstream, capsys: pytest.CaptureFixture[str]) -> None:
    main(["upstreams", "update"])
    assert main(["upstreams", "show", "tool/9"]) == 2
    assert "no commit or release 'tool/9'" in capsys.readouterr().err


def test_an_upstream_that_does_not_answer(
    tool: examples.GitUpstream, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["upstreams", "update"])
    tool.path.rename(tool.path.with_name("gone"))
    assert main(["upstreams", "update"]) == 5
    assert "using the mirrored commits" in capsys.readouterr().out
    assert main(["upstreams", "list"]) == 0


def test_the_override_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["upstreams", "--help"])
    assert "GWAS_UPSTREAM_<TOOL>" in capsys.readouterr().out


def test_no_index_host_is_written_down() -> None:
    texts = [paths.ROOT / "upstreams.toml", *(paths.ROOT / "tools" / "upstreams").glob("*.py")]
    host = "pypi" + ".org"
    assert not [path for path in texts if host in path.read_text()]
