"""Running benchmarks: under asv, or one value at a time; what each run measured and cost."""
