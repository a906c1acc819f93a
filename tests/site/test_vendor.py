"""Fetching the third-party scripts: checked, once, and with one message when it cannot be."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tools.__main__ import main
from tools.common.errors import TrackerError, UnreachableError
from tools.site import vendor


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for npm that makes the packages' files; its calls are written to `calls`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    fetched = [*vendor.SCRIPTS.values(), *vendor.UPLOT, *vendor.COMPANIONS]
    sources = [source for source, _ in fetched]
    made = "".join(
        f"mkdir -p node_modules/{Path(source).parent} && echo {source} > node_modules/{source}\n"
        for source in sources
    )
    for name in ("npm", "node"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho $@ >> {tmp_path}/calls\n{made}")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "cache"))
    return folder / "npm"


def test_fetched_once_then_only_checked(npm: Path, tmp_path: Path) -> None:
    assert vendor.problem() == "the site's scripts have not been fetched"
    assert vendor.fetch()
    assert vendor.problem() is None
    assert not vendor.fetch()
    assert (tmp_path / "calls").read_text() == "ci --omit=dev\n"
    vendor.copy_to(tmp_path / "html")
    for _, place in [*vendor.SCRIPTS.values(), *vendor.UPLOT]:
        assert (tmp_path / "html" / "vendor" / place).is_file()


def test_a_damaged_script_is_fetched_again(npm: Path, tmp_path: Path) -> None:
    vendor.fetch()
    damaged = tmp_path / "cache" / "site" / "files" / "md5.min.js"
    damaged.write_text("something else")
    assert "md5.min.js is missing or damaged" in str(vendor.problem())
    assert main(["site", "fetch", "--check"]) == 4
    assert vendor.fetch()
    assert vendor.problem() is None


def test_a_package_with_another_hash_is_refused(npm: Path) -> None:
    npm.write_text("#!/bin/sh\necho npm error code EINTEGRITY >&2\nexit 1\n")
    with pytest.raises(TrackerError, match="it was not used"):
        vendor.fetch()
    assert vendor.problem() is not None


def test_no_network_is_a_warning_of_fetch(npm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    npm.write_text("#!/bin/sh\necho npm error network >&2\nexit 1\n")
    with pytest.raises(UnreachableError, match="npm could not fetch"):
        vendor.fetch()
    assert main(["site", "fetch"]) == 0
    assert "public CDNs" in capsys.readouterr().err


def test_the_lock_pins_every_package_and_names_no_registry() -> None:
    text = (vendor.NPM / "package-lock.json").read_text()
    package = json.loads((vendor.NPM / "package.json").read_text())
    wanted = package["dependencies"] | package["devDependencies"]
    locked = json.loads(text)["packages"]
    for name, version in wanted.items():
        assert locked[f"node_modules/{name}"]["version"] == version
        assert locked[f"node_modules/{name}"]["integrity"].startswith("sha512-")
    assert "http" not in text
    assert "resolved" not in text
