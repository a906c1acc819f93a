"""An environment holds what its lock and its tool's wheel have, in files of its own."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from tools.common.errors import BuildError
from tools.common.process import ProgramError
from tools.environments import builds, distributions, locks, manifest, uv, venvs
from tools.environments.distributions import Distribution

PYTHON = "{}.{}".format(*sys.version_info)


def wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> Path:
    """A wheel with these files."""
    info = f"{name}-{version}.dist-info"
    files = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
        lines.append(f"{path},sha256={digest.decode().rstrip('=')},{len(text)}\n")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with ZipFile(path, "w") as zipped:
        for name_in, text in files.items():
            zipped.writestr(name_in, text)
        zipped.writestr(f"{info}/RECORD", "".join([*lines, f"{info}/RECORD,,\n"]))
    return path


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index without a network: a folder of wheels, and uv's cache."""
    folder = tmp_path / "index"
    wheel(folder, "package", "1", {"package/__init__.py": "VALUE = 1\n"})
    wheel(folder, "asv_runner", venvs.version("asv_runner"), {"asv_runner.py": ""})
    monkeypatch.setenv("GWAS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("UV_FIND_LINKS", str(folder))
    monkeypatch.setenv("UV_NO_INDEX", "1")

    def find(pins: list[str], python: str) -> list[Distribution]:
        paths = [next(folder.glob(pin.replace("==", "-") + "-*.whl")) for pin in pins]
        return [
            Distribution(*pin.split("=="), True, path.as_uri(), (sha256(path),))
            for pin, path in zip(pins, paths, strict=True)
        ]

    monkeypatch.setattr(distributions, "find", find)
    return folder


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def module(environment: Path, name: str) -> Path:
    return next(environment.glob("lib/python3*/site-packages")) / name


def test_files_are_the_environments_own_and_a_changed_one_is_replaced(
    index: Path, tmp_path: Path
) -> None:
    root = tmp_path / "env"
    environment = venvs.ensure(root, "package==1\n", PYTHON)
    code = module(environment, "package/__init__.py")
    assert {path.stat().st_nlink for path in environment.rglob("*.*") if path.is_file()} == {1}
    assert list(code.parent.glob("__pycache__/*.pyc"))
    state = code.stat()
    assert venvs.ensure(root, "package==1\n", PYTHON) == environment
    assert code.stat() == state  # made once
    code.write_text("VALUE = 2\n")
    os.utime(code, ns=(state.st_atime_ns, state.st_mtime_ns))  # as if it had never been
    assert code.stat().st_size == state.st_size
    venvs.ensure(root, "package==1\n", PYTHON)
    assert code.read_text() == "VALUE = 1\n"


def test_a_file_with_another_hash_is_not_installed(index: Path, tmp_path: Path) -> None:
    lock = locks.with_hashes("package==1\n", PYTHON)
    wheel(index, "package", "1", {"package/__init__.py": "VALUE = 'evil'\n"})
    with pytest.raises(ProgramError, match=r"[Hh]ash mismatch"):
        venvs.ensure(tmp_path / "env", lock, PYTHON)


def test_tools_take_turns_and_leave_nothing(index: Path, tmp_path: Path) -> None:
    environment = venvs.ensure(tmp_path / "env", "package==1\n", PYTHON)
    before = manifest.of(environment)
    bad = {
        "tool/__init__.py": "",
        "package/__init__.py": "VALUE = 'evil'\n",
        "evil.pth": "import os\n",
        "tool-1.data/scripts/python": "evil",
    }
    old, new = wheel(tmp_path, "tool", "1", bad), wheel(tmp_path, "tool", "2", {"tool2.py": ""})
    python = os.readlink(environment / "bin" / "python")
    venvs.install_tool(environment, str(old), PYTHON)
    assert module(environment, "tool/__init__.py").exists()
    assert module(environment, "package/__init__.py").read_text() == "VALUE = 1\n"
    assert os.readlink(environment / "bin" / "python") == python
    module(environment, "left.pth").write_text("import os\n")  # by a process without a sandbox
    venvs.install_tool(environment, str(old), PYTHON)
    assert not module(environment, "left.pth").exists()
    venvs.install_tool(environment, str(new), PYTHON)
    own = {name for name in manifest.of(environment) if name not in before}
    assert all(
        "/tool2" in name or "/__pycache__/tool2" in name or "tool-2" in name for name in own
    )
    assert not module(environment, "tool").exists()
    assert manifest.unchanged(before, manifest.of(environment))


def test_a_source_distribution_is_built_with_its_modes(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = wheel(tmp_path, "packed", "1", {"packed.py": ""})
    backend = (
        "import os, shutil\n"
        "def build_wheel(out, *_):\n"
        "    assert os.access('run', os.X_OK) and os.getcwd().endswith('packed-1')\n"
        f"    return shutil.copy('{made.name}', out)\n"
    )
    settings = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    archive = tmp_path / "packed-1.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        for name, content, mode in (
            ("backend.py", backend.encode(), 0o644), ("pyproject.toml", settings.encode(), 0o644),
            ("run", b"", 0o755), (made.name, made.read_bytes(), 0o644),
        ):  # fmt: skip
            entry = tarfile.TarInfo(f"packed-1/{name}")
            entry.size, entry.mode, entry.uid = len(content), mode, 12345  # another user's
            packed.addfile(entry, io.BytesIO(content))
    source = Distribution("packed", "1", False, "", (sha256(archive),))
    monkeypatch.setattr(distributions, "fetch", lambda distribution: archive)
    built = builds.of_distribution(source, PYTHON)
    assert sha256(built) == sha256(made)
    assert not archive.exists()
    assert builds.of_distribution(source, PYTHON) == built  # once


@pytest.mark.parametrize(
    ("files", "reason"),
    [({"../../../../../escaped": "x"}, "outside of the target"), ({}, "not a zip")],
)
def test_a_wheel_that_is_no_good(
    index: Path, tmp_path: Path, files: dict[str, str], reason: str
) -> None:
    environment = venvs.ensure(tmp_path / "env", "package==1\n", PYTHON)
    path = wheel(tmp_path, "tool", "1", files)
    if not files:
        path.write_text("no wheel")
    with pytest.raises(BuildError, match=f"(?i){reason}"):
        venvs.install_tool(environment, str(path), PYTHON)
    assert not list(tmp_path.rglob("escaped"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[build-system]\nrequires = ["x @ file:///etc/passwd"]', "no name with versions"),
        ('[build-system]\nrequires = ["--index-url=http://evil"]', "no name with versions"),
        ('[build-system]\nrequires = "x @ https://evil"', "no name with versions"),
        ("[build-system]\nbackend = 1", "cannot be used"),
        ("build-system = 3", "cannot be used"),
        ("x" * (1 << 20) + "x", "more than"),
        (None, "cannot be used"),
    ],
)
def test_build_settings_of_strangers(tmp_path: Path, text: str | None, reason: str) -> None:
    if text is None:
        (tmp_path / "pyproject.toml").symlink_to("/etc/shadow")
    else:
        (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(BuildError, match=reason):
        builds._system(tmp_path)


def test_no_code_runs_while_uv_installs(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[object, ...]] = []
    monkeypatch.setattr(uv, "run", lambda *args, **options: seen.append(args) or Done())
    for install in (
        lambda: builds._install(index / "tools", Path(sys.executable), ["setuptools"], None),
        lambda: venvs._install(index, "package==1\n", PYTHON),
    ):
        install()
    assert len(seen) == 2
    assert all("--no-build" in args for args in seen)
    assert "--require-hashes" in seen[1]
    assert "copy" in seen[1]


class Done:
    returncode = 0
