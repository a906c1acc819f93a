"""Run benchmarks, under asv or one value at a time, and record provenance and cost."""
