"""PLINK 1.9, over BED files. Its tables are text, in the order of the BIM file."""

from pathlib import Path

from ..program import Program, columns


class Plink(Program):
    """A task in PLINK 1.9."""

    tool = "plink"
    label = "PLINK"
    colour = "#009E73"
    variable = "GWAS_PLINK"
    programs = ("plink1.9", "plink")  # `plink` may be another version, or PuTTY's
    version_prefix = "PLINK v1.9"
    debian = "plink1.9"
    driver = "2"

    format = "bed"
    tolerance = {  # of four printed digits
        "allele_frequency": 6e-5,
        "hardy_weinberg": 6e-4,
        "ld_prune": 1e-5,
        "pca": 1e-4,
        "association": 6e-4,
    }
    pruning = ("variants", "commoner")
    filters_by = "minor allele"

    def arguments(self):
        return [
            *("--bfile", self.paths.bfile, "--out", self.out),
            *("--threads", str(self.cores), "--silent"),
            *self.command(self.paths),
        ]


def allele_frequency(out):
    return {"frequency": columns(out + ".frq", MAF=float)["MAF"]}


def hardy_weinberg(out):
    table = columns(out + ".hwe", TEST=str, P=float, SNP=str)
    rows = [i for i, test in enumerate(table["TEST"]) if test in ("ALL", "ALL(NP)")]
    kept = set(Path(out + ".snplist").read_text().split())
    return {
        "p": [table["P"][i] for i in rows],
        "kept": [table["SNP"][i] in kept for i in rows],
    }


def ld_prune(out):
    return {"kept_ids": Path(out + ".prune.in").read_text().split()}


def pca(out):
    lines = Path(out + ".eigenvec").read_text().splitlines()
    return {
        "samples": [line.split()[1] for line in lines],
        "scores": [[float(x) for x in line.split()[2:]] for line in lines],
    }


def association(out):
    table = columns(out + ".assoc.linear", BETA=float, P=float)
    return {"beta": table["BETA"], "p": table["P"]}
