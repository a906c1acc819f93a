"""The GWAS benchmarks: one module a task, in each one class a tool; and one module an axis."""
