"""The tiny set `edge-cases`: calls that tools read differently, and each tool's answers.

`calls.vcf` has 8 samples x 8 variants: half calls, more than two alleles, one allele only, nothing
called. It is also there as Zarr, with half calls and all alleles, and as a MatrixTable by Hail's
import_vcf. PLINK reads the VCF itself: a BED file has no half calls and only two alleles.
`expected.json` has each tool's allele frequency of the first ALT and its Hardy-Weinberg p, null
where it has no answer, observed with PLINK 1.9, Hail 0.2.85 and Sgkit 0.3.0 and 0.10.0.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import zarr
from numpy.typing import NDArray

from datasets import hail_writer, zarr_store
from datasets.prepare import RECIPE, file_sha256, is_whole, locked
from datasets.progress import Reporter
from tools.common import files, paths
from tools.common.errors import BuildError, MissingError, UnreachableError

NAME = "edge-cases"
SUMMARY = "tiny: half calls, more than two alleles, one allele, nothing called; expected answers"
DATA = Path(__file__).with_name("edge_cases_files")


class Calls(NamedTuple):
    """The calls of a VCF file."""

    samples: list[str]
    contig: list[str]
    position: NDArray[np.int32]
    names: list[str]
    alleles: list[list[str]]
    genotype: NDArray[np.int8]  # (variants, samples, 2): index of the allele, -1 where missing


def read_vcf(path: Path) -> Calls:
    """All calls of a small VCF, half calls kept."""
    lines = [line for line in path.read_text().splitlines() if not line.startswith("##")]
    samples = lines[0].split("\t")[9:]
    rows = [line.split("\t") for line in lines[1:]]
    genotype = [
        [[-1 if a == "." else int(a) for a in re.split("[|/]", cell)] for cell in row[9:]]
        for row in rows
    ]
    return Calls(
        samples,
        [row[0] for row in rows],
        np.array([int(row[1]) for row in rows], dtype=np.int32),
        [row[2] for row in rows],
        [[row[3], *row[4].split(",")] for row in rows],
        np.array(genotype, dtype=np.int8),
    )


def prepare(formats: tuple[str, ...], required: tuple[str, ...], reporter: Reporter) -> Path:
    """The folder of the set, created when it is missing; with `mt` where Hail is available."""
    folder = paths.datasets_dir() / NAME
    with locked(NAME):
        if not is_whole(folder):
            _make(folder)
        mt = folder / "calls.mt"
        if "mt" in formats and not mt.exists():
            partial = folder / ".partial-calls.mt"
            shutil.rmtree(partial, ignore_errors=True)
            try:
                with reporter.stage("writing mt", None):
                    hail_writer.import_vcf(folder / "calls.vcf", partial)
                os.replace(partial, mt)
            except (MissingError, UnreachableError, BuildError) as error:
                if "mt" in required:
                    raise
                reporter.note(f"{NAME}: prepared without mt: {error}")
    return folder


def _make(folder: Path) -> None:
    partial = folder.with_name(f".{NAME}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        for name in ("calls.vcf", "expected.json"):
            shutil.copyfile(DATA / name, partial / name)
        calls = read_vcf(partial / "calls.vcf")
        _write_zarr(partial / "calls.zarr", calls)
        parts = sorted(path for path in partial.rglob("*") if path.is_file())
        files.write_json(partial / "dataset.json", _describe(calls, partial, parts))
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(partial, folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _describe(calls: Calls, folder: Path, parts: list[Path]) -> dict[str, Any]:
    contigs = list(dict.fromkeys(calls.contig))
    return {
        "name": NAME,
        "summary": SUMMARY,
        "recipe": RECIPE,
        "n_variants": len(calls.names),
        "n_samples": len(calls.samples),
        "contigs": [{"name": c, "n_variants": calls.contig.count(c)} for c in contigs],
        "missing_rate": float((calls.genotype < 0).any(axis=2).mean()),
        "sha256": hashlib.sha256((DATA / "calls.vcf").read_bytes()).hexdigest(),
        "made": {"how": "written by hand: datasets/edge_cases_files"},
        "formats": {},  # not canonical content: no identity that all formats share
        "files": {str(path.relative_to(folder)): file_sha256(path) for path in parts},
    }


def _write_zarr(path: Path, calls: Calls) -> None:
    group = zarr.open_group(str(path), mode="w")
    contigs = list(dict.fromkeys(calls.contig))
    group.attrs["contigs"] = contigs
    most = max(map(len, calls.alleles))
    alleles = np.array([row + [""] * (most - len(row)) for row in calls.alleles], dtype="S1")
    variants, call = ["variants"], ["variants", "samples", "ploidy"]
    columns: dict[str, tuple[list[str], NDArray[Any]]] = {
        "contig_id": (["contigs"], np.array(contigs, dtype="U")),
        "sample_id": (["samples"], np.array(calls.samples, dtype="U")),
        "variant_contig": (variants, np.array([contigs.index(c) for c in calls.contig])),
        "variant_position": (variants, calls.position),
        "variant_id": (variants, np.array(calls.names, dtype="S")),
        "variant_allele": ([*variants, "alleles"], alleles),
        "call_genotype": (call, calls.genotype),
        "call_genotype_mask": (call, calls.genotype < 0),
    }
    for name, (dims, values) in columns.items():
        array = zarr_store.create_array(group, {}, name, values.shape, dims, values.dtype)
        array[:] = values
    zarr.consolidate_metadata(str(path))
    zarr_store.require_all_chunks(path)
