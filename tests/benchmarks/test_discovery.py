"""The benchmarks load in a bare interpreter, by any Python since 3.8, without the tools."""

import ast
import hashlib
import io
import json
import re
import subprocess
import sys
import tokenize
import types

import pytest
from asv.benchmarks import Benchmarks

from benchmarks._harness import registry
from tests.benchmarks.conftest import ROOT, RUNNER
from tools.demo.plan import CHOICE
from tools.nightly.preset import PRESET
from tools.study.profiles.points import Combination

TASKS = list(registry.TASKS)
BOTH = {"time_end_to_end", "peakmem_tree", "track_error"}
EAGER = {"time_load", "time_compute", "time_write"}
NATIVE = BOTH | EAGER | {"time_first_call"}
PROGRAMS = [tool.__name__ for tool in registry.programs().values()]
METRICS = {
    **dict.fromkeys(PROGRAMS, BOTH),
    "Hail": NATIVE,
    "Sgkit": NATIVE | {"track_graph_tasks", "track_input_reads"},
}
ALL = {name: BOTH | EAGER for name in ("Sgkit", "Hail")}
COLD = {"time_end_to_end", "time_load"}
FULL = {"time_end_to_end"}
SURVIVAL = {"track_finished", "track_right", "track_hung", "track_time_lost"}
ONE_VALUE = BOTH | {"time_compute"}
# the axis modules: the metrics that each of their classes is about
AXES = {
    "scaling": {**ALL, **dict.fromkeys(PROGRAMS, BOTH)},
    "sharding": ALL,
    "caching": {"Sgkit": COLD, "Hail": COLD, **dict.fromkeys(PROGRAMS, FULL)},
    "hyperparameters": {
        **{"Sgkit": ONE_VALUE, "Hail": ONE_VALUE},
        **dict.fromkeys(PROGRAMS, BOTH),
    },
    "filtering": {"Sgkit": {"time_end_to_end", "track_input_reads", "track_error"}},
    "distributed": ALL,
    "distributed_cold": {"Sgkit": COLD, "Hail": COLD},
    "survival": {"Sgkit": SURVIVAL, "Hail": SURVIVAL},
}
MODULES = {**{task: METRICS for task in TASKS}, **AXES}
SOURCES = sorted((ROOT / "benchmarks").rglob("*.py"))


@pytest.fixture(scope="module")
def discovered(tmp_path_factory):
    found = tmp_path_factory.mktemp("discovery") / "benchmarks.json"
    subprocess.run(
        [sys.executable, str(RUNNER), "discover", str(ROOT / "benchmarks"), str(found)],
        check=True,
        cwd=found.parent,
    )
    return {entry["name"]: entry for entry in json.loads(found.read_text())}


def test_all_metrics_of_all_classes_are_found_and_nothing_else(discovered):
    expected = {
        f"{module}.{cls}.{metric}"
        for module, classes in MODULES.items()
        for cls, metrics in classes.items()
        for metric in metrics
    }
    sentinels = {name for name in discovered if name.startswith("sentinels.")}
    assert set(discovered) - sentinels == expected
    assert {name.rpartition(".")[2] for name in sentinels} == {
        "time_numpy_kernel",
        "time_file_read",
        "time_process_start",
    }


def test_types_units_parameters_and_versions(discovered):
    metrics = json.loads((ROOT / "benchmarks" / "metrics.json").read_text())
    for name, entry in discovered.items():
        module = name.partition(".")[0]
        assert entry["unit"] == metrics[name.rpartition(".")[2]]["unit"]
        assert len(entry["version"]) < 16, "version is set by hand"
        if module in TASKS:
            assert entry["param_names"] == ["data", "cores"]
        if module in AXES and module not in ("hyperparameters", "filtering"):
            assert entry["param_names"][:2] == ["task", "data"]
            assert entry["params"][0] == [repr(task) for task in TASKS]
        if "cores" in entry["param_names"]:
            assert entry["params"][-1] == ["1", "2", "4", "8", "16"]
    assert discovered["pca.Sgkit.peakmem_tree"]["type"] == "peakmemory"
    assert set(metrics) == {name.rpartition(".")[2] for name in discovered}


def test_a_point_of_the_study_has_the_version_that_asv_finds(discovered):
    for name, entry in discovered.items():
        assert Combination(name, None, ()).described()["version"] == entry["version"], name


def test_what_runs_by_itself_is_the_tasks_and_no_axis(discovered):
    """Neither the demo nor a night nor the commands of docs select an axis."""
    shown = re.findall(
        r"--bench ['\"](.*)['\"]$", (ROOT / "docs" / "reference.md").read_text(), re.MULTILINE
    )
    assert len(shown) == 2
    own = [*shown, *PRESET, *(pattern for chosen in CHOICE for pattern in chosen.bench)]
    conf = types.SimpleNamespace(benchmark_dir="")
    for pattern in own:
        chosen = Benchmarks(conf, discovered.values(), [pattern])
        assert chosen, pattern
        assert {name.partition(".")[0] for name in chosen} <= {*TASKS, "sentinels"}, pattern


def test_asv_finds_our_types_whichever_way_it_loads_a_benchmark(tmp_path):
    code = (
        "from asv_runner.discovery import get_benchmark_from_name as get; "
        f"b = get({str(ROOT / 'benchmarks')!r}, 'pca.Plink.peakmem_tree-0'); "
        "print(type(b).__module__)"
    )
    said = subprocess.check_output([sys.executable, "-c", code], cwd=tmp_path, text=True)
    assert said.strip() == "benchmarks._harness.asv_types"


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_syntax_is_that_of_python_3_8(source):
    ast.parse(source.read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_nothing_but_the_standard_library_is_imported_at_load(source):
    tree = ast.parse(source.read_text(encoding="utf-8"))
    allowed = set(sys.stdlib_module_names) | {"asv_runner"}
    for node in tree.body + [n for t in tree.body if isinstance(t, ast.Try) for n in t.body]:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module]
        assert {name.partition(".")[0] for name in names} <= allowed
    imported = [
        alias.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not getattr(node, "level", 0)
        for alias in node.names
    ]
    assert not [name for name in imported if name.partition(".")[0] in ("tools", "datasets")]


@pytest.mark.parametrize("module", [*TASKS, *AXES, "sentinels"])
def test_a_changed_body_has_a_new_version(module):
    """When this fails: raise `version` in the module, if the change can change what is measured.

    Then write the new entry into bodies.json. A class that is added changes no other's hash.
    """
    pinned = json.loads((ROOT / "tests" / "benchmarks" / "bodies.json").read_text())
    assert pinned[module] == bodies(ROOT / "benchmarks" / f"{module}.py")


def bodies(source):
    """The module's version, and hashes of its classes' code and of the rest ("").

    Comments, docstrings, imports and layout may change freely.
    """
    text = source.read_text()
    tree = ast.parse(text)
    version = next(
        ast.literal_eval(node.value.args[0] if isinstance(node.value, ast.Call) else node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "version"
    )
    parts = {}
    for node in tree.body[1:]:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            name = node.name if isinstance(node, ast.ClassDef) else ""
            parts[name] = parts.get(name, "") + code_of(ast.get_source_segment(text, node))
    hashes = {name: hashlib.sha256(code.encode()).hexdigest()[:16] for name, code in parts.items()}
    return {"version": version, **dict(sorted(hashes.items()))}


def code_of(text):
    skipped = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    return "".join(
        token.string
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in skipped and not token.string.startswith('"""')
    )
