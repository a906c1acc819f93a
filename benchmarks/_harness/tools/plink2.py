"""PLINK 2, over the same BED files as PLINK 1.9, whose command line it shares.

Its tables are text with six significant digits, in the order of the BIM file.
"""

from pathlib import Path

from ..program import columns
from .plink import Plink


class Plink2(Plink):
    """A task in PLINK 2."""

    tool = "plink2"
    label = "PLINK 2"
    colour = "#CC79A7"
    variable = "GWAS_PLINK2"
    programs = ("plink2",)
    version_prefix = "PLINK v2.0"
    debian = "plink2"
    driver = "1"

    tolerance = {  # of six significant digits, but for frequencies, which come from counts
        "allele_frequency": 1e-12,
        "hardy_weinberg": 6e-6,
        "ld_prune": 1e-5,
        "pca": 1e-5,
        "association": 6e-6,
    }
    hwe_p = "hwe_p_mid"
    filters_by = "alternate allele"


def allele_frequency(out):
    table = columns(out + ".acount", ALT_CTS=int, OBS_CT=int)
    return {"frequency": [alt / called for alt, called in zip(table["ALT_CTS"], table["OBS_CT"])]}


def hardy_weinberg(out):
    table = columns(out + ".hardy", ID=str, MIDP=float)
    kept = set(Path(out + ".snplist").read_text().split())
    return {"p": table["MIDP"], "kept": [name in kept for name in table["ID"]]}


def ld_prune(out):
    return {"kept_ids": Path(out + ".prune.in").read_text().split()}


def pca(out):
    header, *rows = [line.split() for line in Path(out + ".eigenvec").read_text().splitlines()]
    first = header.index("PC1")
    return {
        "samples": [row[first - 1] for row in rows],
        "scores": [[float(score) for score in row[first:]] for row in rows],
    }


def association(out):
    table = columns(out + ".y_h2.glm.linear", BETA=float, P=float)
    return {"beta": table["BETA"], "p": table["P"]}
