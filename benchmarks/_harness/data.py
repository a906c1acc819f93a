"""Where the prepared data sets and this run's scratch folder are."""

import json
import os
import tempfile
from pathlib import Path

_scratch = None


class NotPrepared(NotImplementedError):
    """A data set, or a shape of it, that was not made yet; the message says how it is made."""


class Paths:
    """The files of one prepared data set, each under the name of its format."""

    def __init__(self, folder, shape=None):
        self.folder = Path(folder)
        calls = "calls-{}".format(shape) if shape else "calls"
        self.zarr = str(self.folder / (calls + ".zarr"))
        self.mt = str(self.folder / (calls + ".mt"))
        self.bfile = str(self.folder / "calls")  # PLINK adds .bed, .bim and .fam itself
        self.phenotypes = str(self.folder / "phenotypes.tsv")
        self.covariates = str(self.folder / "covariates.tsv")
        self.reference = str(self.folder / "reference.npz")


def paths(name, format):
    """The files of a data set; NotPrepared (n/a) when that format is not prepared."""
    root = os.environ.get("GWAS_DATASETS")
    if not root:
        raise RuntimeError("GWAS_DATASETS is not set: it names the folder of the data sets")
    folder = Path(root) / name
    if not (folder / "dataset.json").exists() or not (folder / ("calls." + format)).exists():
        make = "python -m tools datasets prepare {} --formats {}".format(name, format)
        raise NotPrepared("{} is not prepared in {}: {}".format(name, format, make))
    return Paths(folder)


def shaped_paths(name, format, shape):
    """The same with other chunks (`400x2504`) or partitions (`8`) of the native format."""
    found = paths(name, format)
    entry = describe(found)["formats"].get(format)  # none of one that was left half prepared
    if entry and _shape_of(entry, format) == shape:
        return found  # it is made in that shape from the start
    if not (found.folder / "calls-{}.{}".format(shape, format)).exists():
        option = {"zarr": "--chunks", "mt": "--partitions"}[format]
        make = "python -m tools datasets prepare {} {} {}".format(name, option, shape)
        raise NotPrepared("{} is not there in the shape {}: {}".format(name, shape, make))
    return Paths(found.folder, shape)


def describe(found):
    """What dataset.json says."""
    return json.loads((found.folder / "dataset.json").read_text(encoding="utf-8"))


def _shape_of(entry, format):
    if format == "zarr":
        return "x".join(str(length) for length in entry["chunks"])
    return str(entry["partitions"])


def work(*parts):
    """A folder below the scratch folder of this asv run, made when it is not there."""
    global _scratch
    if _scratch is None:
        _scratch = os.environ.get("GWAS_WORK") or tempfile.mkdtemp(prefix="gwas-work-")
    folder = Path(_scratch).joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
