"""What a study run measures: profiles and the points of the benchmarks."""
