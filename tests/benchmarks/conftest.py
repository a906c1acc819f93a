"""A prepared data set to measure on, and asv_runner's own way to run one benchmark."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import asv
import pytest

from benchmarks._harness import registry
from tests.benchmarks import fixture
from tools.environments import programs

ROOT = Path(__file__).resolve().parents[2]
RUNNER = Path(asv.__file__).parent / "benchmark.py"
STACK = [
    *("sgkit==0.10.0", "numpy==1.26.4", "dask==2024.6.2", "distributed==2024.6.2"),
    *("zarr==2.18.2", "setuptools"),
]
ASV_RUNNER = ["asv_runner==0.3.2", "importlib-metadata"]


@pytest.fixture(scope="session")
def datasets(tmp_path_factory):
    """The folder GWAS_DATASETS with a tiny data set under the name `smoke`."""
    root = tmp_path_factory.mktemp("datasets")
    fixture.make(root / "smoke")
    return root


@pytest.fixture
def plink():
    return program_of("plink")


def program_of(tool):
    """The program of a tool on this machine; the test is skipped where there is none."""
    program = programs.find(tool)
    if program is None:
        pytest.skip(f"{registry.TOOLS[tool].label} is not installed")
    return program


def variable_of(tool):
    """The variable that tells a benchmark process where the tool's program is, and its value."""
    return {registry.TOOLS[tool].variable: program_of(tool)}


class Ran:
    """What asv_runner did with one benchmark: `value` is None when it failed."""

    def __init__(self, process, result):
        self.output = process.stdout + process.stderr
        self.failed = process.returncode != 0
        self.value = json.loads(result.read_text()) if result.exists() else None

    @property
    def not_applicable(self):
        return not self.failed and self.value != self.value


@pytest.fixture
def asv_run(tmp_path, datasets):
    """Run a benchmark as asv does; other keyword arguments are environment variables."""

    def run(benchmark, python=sys.executable, attributes=None, root=ROOT, **variables):
        result = tmp_path / "result.json"
        result.unlink(missing_ok=True)
        environment = {key: v for key, v in os.environ.items() if not key.startswith("GWAS_")}
        environment.update(GWAS_DATASETS=str(datasets), GWAS_WORK=str(tmp_path / "work"))
        environment.update(GWAS_LEDGER=str(tmp_path / "ledger.jsonl"))
        environment.update({key: str(value) for key, value in variables.items()})
        command = [str(python), str(RUNNER), "run", str(root / "benchmarks"), benchmark]
        process = subprocess.run(
            [*command, json.dumps(attributes or {}), "None", str(result)],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
        )
        return Ran(process, result)

    return run


@pytest.fixture(scope="session")
def python(tmp_path_factory):
    """The interpreter of an environment with Sgkit."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    folder = tmp_path_factory.mktemp("sgkit") / "env"
    program = folder / "bin" / "python"
    install = [uv, "pip", "install", "--quiet", "--python", str(program)]
    commands = [
        [uv, "venv", "--quiet", "--python", "3.11", str(folder)],
        [*install, "--exclude-newer", "2025-05-01", *STACK],
        [*install, *ASV_RUNNER],
    ]
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return program


@pytest.fixture(scope="session")
def jit(tmp_path_factory):
    """What Sgkit compiled, for all of these tests: each compiling for itself takes minutes."""
    return tmp_path_factory.mktemp("jit")
