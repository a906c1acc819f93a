"""The registry's lists and what stands outside of it fit together."""

import ast
import importlib

import pytest

from benchmarks._harness import measures, registry, shapes
from datasets import catalogue
from tests.common.test_layers import imported
from tools.common import paths

# clusters and page_cache name settings of users, which the sandbox lets through
PUBLIC = {"registry", "cores", "data", "metrics", "shapes", "clusters", "page_cache"}


@pytest.mark.parametrize("name", registry.TASKS)
def test_a_task_has_a_measure_and_a_class_of_each_tool(name):
    assert callable(getattr(measures, name))
    module = importlib.import_module(f"benchmarks.{name}")
    for tool in registry.TOOLS.values():
        assert issubclass(getattr(module, tool.__name__), tool)


@pytest.mark.parametrize("name", registry.TOOLS)
def test_a_tool_is_described(name):
    tool = registry.TOOLS[name]
    assert (tool.tool, tool.__name__.lower()) == (name, name)
    assert tool.kind in ("package", "program")
    answers = importlib.import_module(f"benchmarks._harness.tools.{name}")
    assert all(callable(getattr(answers, task)) for task in tool.tolerance)
    if tool.kind == "program":
        assert tool.variable.startswith("GWAS_")
        assert all((tool.programs, tool.version_prefix, tool.debian))


def test_labels_and_colours_tell_tools_apart():
    tools = registry.TOOLS.values()
    assert (
        len({tool.label for tool in tools}) == len({tool.colour for tool in tools}) == len(tools)
    )


def test_every_measured_data_set_is_in_the_catalogue_and_the_reverse():
    assert registry.measured_data() == set(catalogue.load())


def test_what_is_sharded_has_shapes():
    assert registry.DATA["sharding"] == list(registry.SHAPES)
    assert set(registry.DATA["distributed"]) <= set(registry.SHAPES)
    for sizes in registry.SHAPES.values():
        assert len(sizes.chunks) == len(shapes.CHUNKS)
        assert len(sizes.partitions) == len(shapes.PARTITIONS)


@pytest.mark.parametrize("folder", ["tools", "datasets"])
def test_others_import_only_the_public_part_of_the_harness(folder):
    for file in (paths.ROOT / folder).rglob("*.py"):
        names = [name.split(".") for name in imported(file)]
        private = {name[2] for name in names if name[:2] == ["benchmarks", "_harness"]} - PUBLIC
        assert not private, file


def test_no_other_list_names_all_tasks_or_tools():
    """Nor a dictionary. Some of them may be chosen, with a reason."""
    for folder in ("benchmarks", "datasets", "tools"):
        for file in (paths.ROOT / folder).rglob("*.py"):
            if file == paths.ROOT / "benchmarks" / "_harness" / "registry.py":
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                items = getattr(node, "keys", None) or getattr(node, "elts", ())
                names = {item.value for item in items if isinstance(item, ast.Constant)}
                is_tolerance = isinstance(node, ast.Dict) and file.parent.name == "tools"
                assert is_tolerance or not names >= registry.TASKS.keys(), f"{file}:{node.lineno}"
                assert not names >= {"sgkit", "hail", "plink"}, f"{file}:{node.lineno}"
