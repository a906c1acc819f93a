"""The only lists of tasks and tools; everything else reads them, in this order."""

from collections import namedtuple

Task = namedtuple("Task", "label")  # label: what pages call it
# label: what pages call it; colour: of Okabe and Ito, told apart with any colour vision;
# kind: "package" of an environment, or "program" of the machine
Tool = namedtuple("Tool", "label colour kind")

TASKS = {
    "allele_frequency": Task("Allele frequency"),
    "hardy_weinberg": Task("HWE with filtering"),
    "ld_prune": Task("LD prune"),
    "pca": Task("PCA"),
    "association": Task("OLS association"),
}
TOOLS = {
    "sgkit": Tool("Sgkit", "#0072B2", "package"),
    "hail": Tool("Hail", "#D55E00", "package"),
    "plink": Tool("PLINK", "#009E73", "program"),
}
