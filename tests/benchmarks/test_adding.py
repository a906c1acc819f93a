"""A tool, a task and a data set are added to a copy of the checkout, by the steps in docs alone.

Then they are measured there by asv's own benchmark process, and nothing of the others changes.
"""

import itertools
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from benchmarks._harness import registry
from tests.benchmarks.conftest import ROOT, RUNNER
from tools.environments import programs

REGISTRY = "benchmarks/_harness/registry.py"
TOOL = '''"""The toy tool, over BED files."""

from ..program import Program, columns


class Toy(Program):
    tool = "toy"
    label = "Toy"
    colour = "#000000"
    variable = "GWAS_TOY"
    programs = ("toy-counter",)
    version_prefix = "Toy 1"
    debian = "toy"

    format = "bed"
    tolerance = {"allele_frequency": 1e-6, "heterozygosity": 1e-6}

    def arguments(self):
        return [self.paths.bfile, self.out, *self.command(self.paths)]


def allele_frequency(out):
    return {"frequency": columns(out, VALUE=float)["VALUE"]}


def heterozygosity(out):
    return {"heterozygosity": columns(out, VALUE=float)["VALUE"]}
'''
PROGRAM = f"""#!{sys.executable}
import sys
if sys.argv[1:] == ["--version"]:
    sys.exit(print("Toy 1.0"))
import numpy as np
bfile, out, what = sys.argv[1:]
n = len(open(bfile + ".fam").readlines())
packed = np.fromfile(bfile + ".bed", dtype=np.uint8)[3:].reshape(-1, (n + 3) // 4)
codes = ((packed[:, :, None] >> np.array([0, 2, 4, 6])) & 3).reshape(len(packed), -1)[:, :n]
copies = np.array([2, 0, 1, 0])[codes]
values = copies.mean(axis=1) / 2 if what == "frequency" else (copies == 1).mean(axis=1)
print("VALUE", *map(float, values), sep="\\n", file=open(out, "w"))
"""
CLASS = """

class Toy(_harness.Toy):
    def command(self, paths):
        return ["frequency"]
"""
TASK = '''"""Heterozygosity: the share of the samples that have both alleles of a variant."""

from . import _harness

version = "1"


class Toy(_harness.Toy):
    def command(self, paths):
        return ["heterozygosity"]


class Plink(_harness.Plink):
    def command(self, paths):
        return ["--hardy", "--keep-allele-order"]
'''
MEASURE = '''

def heterozygosity(answer, paths, tool):
    """Largest difference of a share."""
    share = _by_variant(answer, "heterozygosity", paths)
    return _largest(share - _reference(paths)["heterozygosity"])
'''
DATA = """
[toy-data]
summary = "simulated, for the test that adds it"
source = "simulation"
samples = [20, 30, 10]
variants = 300
contigs = ["1", "2"]
segment_length = 5_000
seed = 99
chunks = [100, 60]
partitions = 2
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of what measures, and a folder `bin` with the toy tool's program."""
    root = tmp_path_factory.mktemp("adding") / "checkout"
    root.mkdir()
    for name in ("benchmarks", "datasets", "tools"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    for name in ("asv.conf.json", "upstreams.toml"):
        shutil.copy(ROOT / name, root / name)
    program = root / "bin" / "toy-counter"
    program.parent.mkdir()
    program.write_text(PROGRAM)
    program.chmod(0o755)
    return root


def python(copy, *args):
    """What the copy's own modules print."""
    path = f"{copy / 'bin'}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "GWAS_CACHE": str(copy / "cache"), "PATH": path, "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, *args], cwd=copy, env=env, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def discovered(copy):
    """asv's list of the copy's benchmarks, by name."""
    listed = copy / "benchmarks.json"
    python(copy, str(RUNNER), "discover", str(copy / "benchmarks"), str(listed))
    return {entry["name"]: entry for entry in json.loads(listed.read_text())}


def target(entry, *values):
    """asv's "module.Class.metric-3" of a benchmark with these values."""
    sets = list(itertools.product(*entry["params"]))
    return f"{entry['name']}-{sets.index(tuple(map(repr, values)))}"


def test_readme_is_enough(copy, asv_run):
    before, changed = discovered(copy), set()

    def write(name, text):
        changed.add(name)
        (copy / name).write_text(text)

    def replace(name, old, new):
        text = (copy / name).read_text()
        assert text.count(old) == 1, (name, old)
        write(name, text.replace(old, new))

    def append(name, text):
        write(name, (copy / name).read_text() + text)

    # a tool
    write("benchmarks/_harness/tools/toy.py", TOOL)
    replace(REGISTRY, '"plink2")', '"plink2", "toy")')
    append("benchmarks/allele_frequency.py", CLASS)
    append("benchmarks/scaling.py", "\n\nclass Toy(Scaling, _harness.Toy):\n    pass\n")
    # a task
    write("benchmarks/heterozygosity.py", TASK)
    line = '    "association": Task("OLS association", "2"),\n'
    replace(REGISTRY, line, line + '    "heterozygosity": Task("Heterozygosity", "1"),\n')
    share = "heterozygosity=counted[:, 1] / counted.sum(axis=1)"
    replace("datasets/reference.py", "counts=counted,", f"counts=counted, {share},")
    replace("datasets/prepare.py", "RECIPE = ", "RECIPE = 1 + ")
    append("benchmarks/_harness/measures.py", MEASURE)
    plink = "benchmarks/_harness/tools/plink.py"
    replace(plink, "tolerance = {", 'tolerance = {"heterozygosity": 6e-5,')
    values = 'columns(out + ".hwe", **{"O(HET)": float})["O(HET)"]'
    append(plink, f'\n\ndef heterozygosity(out):\n    return {{"heterozygosity": {values}}}\n')
    # a data set
    append("datasets/catalogue.toml", DATA)
    replace(REGISTRY, '"sim-2504-2k")\n', '"sim-2504-2k", "toy-data")\n')
    replace(REGISTRY, "*_SAMPLES, *_VARIANTS]", '*_SAMPLES, *_VARIANTS, "toy-data"]')

    section = (ROOT / "docs" / "contributor.md").read_text().partition("## Adding to it")[2]
    named = re.findall(r"\]\(\.\./([\w./]+)\)", section)
    folders = ("benchmarks/", "benchmarks/_harness/tools/")
    for name in changed:
        assert name in named or f"{name.rpartition('/')[0]}/" in {*folders} & {*named}, name

    assert "toy-data: no benchmark" not in python(
        copy, "-m", "tools", "datasets", "prepare", "toy-data", "--formats", "bed"
    )
    after = discovered(copy)
    added = {name for name in after if ".Toy." in name or name.startswith("heterozygosity.")}
    assert added
    assert after.keys() - added == before.keys()
    for name, entry in before.items():
        assert after[name]["version"] == entry["version"], name
        for old, new in zip(entry["params"], after[name]["params"], strict=True):
            assert new[: len(old)] == old, name

    def measure(name, *values):
        return asv_run(
            target(after[name], *values),
            root=copy,
            GWAS_DATASETS=copy / "cache" / "datasets",
            GWAS_TOY=copy / "bin" / "toy-counter",
            GWAS_PLINK=programs.find("plink") or "",
        )

    points = [
        ("allele_frequency.Toy", "toy-data", 1),
        ("heterozygosity.Toy", "toy-data", 1),
        ("scaling.Toy", "allele_frequency", "toy-data", 1),
        ("scaling.Toy", "heterozygosity", "toy-data", 1),
    ]
    for name, *values in points:
        assert measure(f"{name}.track_error", *values).value < 1e-6
        ran = measure(f"{name}.time_end_to_end", *values)
        assert len(ran.value["samples"]) >= 3, ran.output
    if programs.find("plink"):
        assert 0 < measure("heterozygosity.Plink.track_error", "toy-data", 1).value < 6e-5

    # what reads the registry has them too
    script = (
        "from tools.environments import programs\n"
        "from tools.nightly.preset import PRESET\n"
        "from tools.upstreams import config\n"
        "from tools.common import paths\n"
        "print(programs.find('toy'), *PRESET)\n"
        "print(*config.load(paths.ROOT / 'upstreams.toml')['sgkit'].classes)"
    )
    said = python(copy, "-c", script).splitlines()
    assert said[0].startswith(str(copy / "bin" / "toy-counter"))
    assert re.search(r"Plink\|Plink2\|Toy", said[0])
    assert "heterozygosity" in said[0]
    assert said[1].split() == ["sgkit", *registry.programs(), "toy"]
