"""What PLINK wrote, as arrays: text tables in the order of the BIM file."""

from pathlib import Path


def allele_frequency(out):
    return {"frequency": _columns(out + ".frq", MAF=float)["MAF"]}


def hardy_weinberg(out):
    table = _columns(out + ".hwe", TEST=str, P=float, SNP=str)
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
    table = _columns(out + ".assoc.linear", BETA=float, P=float)
    return {"beta": table["BETA"], "p": table["P"]}


def _columns(path, **types):
    """Columns of a table separated by blanks, each as a list; NA is nan."""
    with open(path) as file:
        header = file.readline().split()
        places = {name: header.index(name) for name in types}
        columns = {name: [] for name in types}
        for line in file:
            fields = line.split()
            for name, place in places.items():
                field = fields[place]
                columns[name].append(types[name]("nan" if field == "NA" else field))
    return columns
