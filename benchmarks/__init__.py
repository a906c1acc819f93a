"""The GWAS benchmarks: one module a task, in each the classes Sgkit, Hail and Plink."""
