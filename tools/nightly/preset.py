"""The benchmarks that a night measures by default."""

from benchmarks._harness import registry

# 20 minutes a call in Hail on 1kg-sites
_SLOW_IN_HAIL = "ld_prune"
_HAIL = "|".join(task for task in registry.TASKS if task != _SLOW_IN_HAIL)
_PROGRAMS = "|".join(entry.__name__ for entry in registry.programs().values())

# every task on real data, warm, and its metrics without noise
PRESET = (
    r"\.Sgkit\.(time_compute|time_first_call|peakmem_tree|track_\w+)\('1kg-sites', 1\)",
    rf"({_HAIL})\.Hail\.time_end_to_end\('1kg-sites', 1\)",
    rf"{_SLOW_IN_HAIL}\.Hail\.time_end_to_end\('sim-2504-2k', 1\)",
    rf"\.({_PROGRAMS})\.time_end_to_end\('1kg-sites', 1\)",
    "sentinels",
)
