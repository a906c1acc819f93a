"""Lines of code are those of the bodies, whatever comments and imports stand between them."""

from __future__ import annotations

from benchmarks._harness.registry import TASKS, TOOLS
from tools.common import paths
from tools.study.analysis import code_size

MODULE = '''
"""A task."""
from . import _harness

class Sgkit(_harness.Sgkit):
    def open(self, paths):
        """Not counted."""
        import sgkit as sg

        return sg.load(paths.zarr)

    def compute(self, ds):
        # nor this
        ds = sg.one(
            ds,
            size=1,
        )
        if ds:
            ds = sg.two(ds)
        return ds

    def helper(self):
        return 1

class Plink(_harness.Plink):
    def command(self, paths):
        return [
            "--freq",
        ]

class Machine:
    def open(self):
        return 1
'''


def test_known_bodies() -> None:
    assert code_size.of_module(MODULE) == {"sgkit": 8, "plink": 3}


def test_every_task_has_every_tool() -> None:
    sizes = code_size.count(paths.ROOT / "benchmarks")
    assert list(sizes) == list(TASKS)
    for lines in sizes.values():
        assert set(lines) == set(TOOLS)
        assert min(lines.values()) >= 1
