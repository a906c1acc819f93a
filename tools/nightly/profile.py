"""The benchmarks that a night measures unless told otherwise."""

# cheap and telling: every task on real data, warm, with what has no noise beside it
PROFILE = (
    r"\.Sgkit\.(time_compute|time_first_call|peakmem_tree|track_\w+)\('1kg-sites', 1\)",
    r"(allele_frequency|hardy_weinberg|pca|association)\.Hail\.time_end_to_end\('1kg-sites', 1\)",
    r"ld_prune\.Hail\.time_end_to_end\('sim-2504-2k', 1\)",  # 20 minutes a call on 1kg-sites
    r"\.Plink\.time_end_to_end\('1kg-sites', 1\)",
    "sentinels",
)
