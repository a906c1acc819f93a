"""Paths of the prepared data sets, and of the scratch folder of this run."""

import json
import os
import tempfile
from pathlib import Path

_scratch = None


class NotPrepared(NotImplementedError):
    """A data set, or a shape of it, is missing; the message has the command that prepares it."""


class Paths:
    """The files of a prepared data set. `shape` is that of the chunks or partitions."""

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
    """The Paths of a data set; NotPrepared (n/a) when this format of it is missing."""
    root = os.environ.get("GWAS_DATASETS")
    if not root:
        raise RuntimeError("GWAS_DATASETS is not set: it names the folder of the data sets")
    folder = Path(root) / name
    if not (folder / "dataset.json").exists() or not (folder / ("calls." + format)).exists():
        command = "python -m tools datasets prepare {} --formats {}".format(name, format)
        raise NotPrepared("{} is not prepared in {}: {}".format(name, format, command))
    return Paths(folder)


def shaped_paths(name, format, shape):
    """The Paths in other chunks (`400x2504`) or partitions (`8`) of the format."""
    usual = paths(name, format)
    entry = describe(usual)["formats"].get(format)  # None where `prepare` was interrupted
    if entry and _shape_of(entry, format) == shape:
        return usual  # the catalogue has it in this shape
    if not (usual.folder / "calls-{}.{}".format(shape, format)).exists():
        option = {"zarr": "--chunks", "mt": "--partitions"}[format]
        command = "python -m tools datasets prepare {} {} {}".format(name, option, shape)
        raise NotPrepared("{} is not prepared in the shape {}: {}".format(name, shape, command))
    return Paths(usual.folder, shape)


def describe(paths):
    """The data set's dataset.json."""
    return json.loads((paths.folder / "dataset.json").read_text(encoding="utf-8"))


def _shape_of(entry, format):
    if format == "zarr":
        return "x".join(str(length) for length in entry["chunks"])
    return str(entry["partitions"])


def work(*parts):
    """A folder in the scratch folder of this asv run; created when it is missing."""
    global _scratch
    if _scratch is None:
        _scratch = os.environ.get("GWAS_WORK") or tempfile.mkdtemp(prefix="gwas-work-")
    folder = Path(_scratch).joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
