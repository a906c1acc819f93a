"""Prepare a data set's folder, or add a format to it; an unfinished one is never visible.

All work is done under a lock, in a folder beside the final one that is renamed at the end. The
next `prepare` removes what an interrupted one left behind.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
import platform
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import scipy

from datasets import formats, reference
from datasets.bed import BedReader, writing
from datasets.catalogue import Spec, VcfSpec
from datasets.content import Sample, SitesBuilder, check_sample_names
from datasets.identity import identity
from datasets.missing import MissingCalls
from datasets.progress import Reporter
from datasets.sources import open_source
from datasets.traits import TraitMaker, table
from tools.common import files, paths
from tools.common.errors import (
    BuildError,
    DamagedError,
    DiskFullError,
    MissingError,
    UnreachableError,
)

RECIPE = 1  # raise it when the written content changes: all sets are then made anew
_COPIED = {"segment_length", "sha256"}  # keys of a spec that `made` holds unchanged
TABLES = ("samples.tsv", "phenotypes.tsv", "covariates.tsv", "reference.npz")


def prepare(spec: Spec, asked: Sequence[str], required: Sequence[str], reporter: Reporter) -> Path:
    """The folder of a data set with the formats in `asked`; missing ones are written.

    A format whose program is not available is left out with a note. If it is in `required`, the
    error is raised once everything else is written.
    """
    folder = paths.datasets_dir() / spec.name
    with locked(spec.name):
        if not is_whole(folder, spec):
            _make(spec, folder, reporter)
        failure = None
        for format in asked:
            if formats.is_there(folder, format) and format in read(folder)["formats"]:
                continue
            try:
                _add(spec, folder, format, reporter)
            except (MissingError, UnreachableError, BuildError) as error:
                if format in required:
                    failure = failure or error
                reporter.note(f"{spec.name}: prepared without {format}: {error}")
        if failure is not None:
            raise failure
    return folder


def is_whole(folder: Path, spec: Spec | None = None) -> bool:
    """Whether the folder has the current recipe, and was made from `spec` if one is given."""
    try:
        description = read(folder)
        is_current = description["recipe"] == RECIPE
        return is_current and (spec is None or _is_of(description, spec))
    except (FileNotFoundError, KeyError):
        return False


def _is_of(description: dict[str, Any], spec: Spec) -> bool:
    """Whether a dataset.json is that of a set made from this spec."""
    if "spec" in description:
        return description["spec"] == spec.fingerprint
    # of a version that stored no fingerprint: compare what it did store
    made, zarr = description["made"], description["formats"].get("zarr")
    size = description["n_variants"], description["n_samples"]
    return (
        made["traits_seed"] == spec.seed
        and description["missing_rate"] == spec.missing_rate
        and size[1] == spec.n_samples
        and (size[0] == spec.variants or spec.source != "simulation")
        and all(made.get(key) == getattr(spec, key) for key in _COPIED & spec.model_fields_set)
        and (not zarr or zarr["chunks"] == [*map(min, spec.chunks, size)])
    )


def read(folder: Path) -> dict[str, Any]:
    """dataset.json of a folder; DamagedError when it cannot be read."""
    try:
        return json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    except ValueError:
        raise DamagedError(
            f"{folder / 'dataset.json'} cannot be read",
            hint=f"remove {folder} and prepare the data set again",
        ) from None


def room_needed(spec: Spec) -> int:
    """The most bytes of disk that preparing a data set takes, with all formats."""
    calls = spec.variants * spec.n_samples
    download = spec.file.size if isinstance(spec, VcfSpec) else 0
    return calls + 1000 * spec.variants + download + 50_000_000


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the lock of one data set; BusyError when another process does."""
    lock = paths.datasets_dir() / f".{name}.lock"
    with files.lock(lock, f"data set {name}"):
        yield


def _make(spec: Spec, folder: Path, reporter: Reporter) -> None:
    """Make the data set with its BED files, tables and reference, and rename it into place."""
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _require_room(spec, folder.parent)
    reporter.note(f"{spec.name}: {spec.summary}; {_estimate(spec)}")
    partial.mkdir()
    try:
        started = time.monotonic()
        description = _fill(spec, partial, reporter)
        description["made"]["seconds"] = round(time.monotonic() - started, 1)
        files.write_json(partial / "dataset.json", description)
        shutil.rmtree(folder, ignore_errors=True)  # of an older recipe or spec
        os.replace(partial, folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _fill(spec: Spec, partial: Path, reporter: Reporter) -> dict[str, Any]:
    source = open_source(spec, reporter)
    samples = source.samples()
    check_sample_names(samples)
    traits = TraitMaker(samples, spec.seed)
    _write_bed(spec, partial, source.blocks(), samples, traits, reporter)
    bed = BedReader(partial / "calls")
    total = len(bed.sites)
    with reporter.stage("reading back BED", total) as advance:
        sha256 = identity(bed, advance).sha256
    with reporter.stage("computing the reference", 3 * total) as advance:
        values = traits.traits()
        basic = {"age": traits.age, "sex": traits.sex}
        pcs = reference.write(
            partial / "reference.npz",
            bed,
            values["y_h2"],
            np.column_stack(list(basic.values())),
            advance,
        )
    columns = dict(zip(reference.PCS, pcs.T, strict=True))
    files.write_text(partial / "phenotypes.tsv", table(bed.samples, values))
    files.write_text(partial / "covariates.tsv", table(bed.samples, {**basic, **columns}))
    lines = ["sample_id\tpopulation", *("\t".join(sample) for sample in samples)]
    files.write_text(partial / "samples.tsv", "\n".join(lines) + "\n")
    return {
        "name": spec.name,
        "summary": spec.summary,
        "recipe": RECIPE,
        "spec": spec.fingerprint,
        "n_variants": total,
        "n_samples": len(samples),
        "contigs": [
            {"name": name, "n_variants": stop - start}
            for name, start, stop in bed.sites.by_contig()
        ],
        "missing_rate": spec.missing_rate,
        "sha256": sha256,
        "made": {
            **source.provenance(),
            "traits_seed": spec.seed,
            "causal_variants_of_y_h2": traits.causal(),
            "at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
        },
        "formats": {
            "bed": {
                **formats.describe(spec, bed, "bed", partial / "calls.bed"),
                "read_back": sha256,
            }
        },
        "files": {name: file_sha256(partial / name) for name in TABLES},
    }


def _write_bed(
    spec: Spec,
    partial: Path,
    blocks: Iterator[Any],
    samples: Sequence[Sample],
    traits: TraitMaker,
    reporter: Reporter,
) -> None:
    """Write the content as BED; BuildError when it is not canonical or reads back differently."""
    builder, dosages = SitesBuilder(), hashlib.sha256()
    missing = MissingCalls(spec.missing_rate, spec.seed) if spec.missing_rate else None
    try:
        with (
            writing(partial / "calls", [sample.name for sample in samples]) as write,
            reporter.stage("making the genotypes", spec.variants) as advance,
        ):
            for block in blocks:
                traits.add(block)
                stored = missing.apply(block) if missing else block
                builder.add(stored)
                dosages.update(np.ascontiguousarray(stored.dosage).data)
                write(stored)
                advance(len(block.position))
        sites = builder.build()
    except ValueError as error:
        raise BuildError(f"{spec.name}: the content is not canonical: {error}") from error
    written = BedReader(partial / "calls")
    if not written.sites.same(sites) or identity(written).dosages != dosages.hexdigest():
        raise BuildError(f"{spec.name}: the written BED files do not read back the same")


def _add(spec: Spec, folder: Path, format: str, reporter: Reporter) -> None:
    """Write a format and read it back; add it to the data set when its content is the same."""
    _require_room(spec, folder)
    description = read(folder)
    total = description["n_variants"]
    final = folder / formats.parts(format)[0]
    partial = folder / f".partial-{final.name}"
    shutil.rmtree(partial, ignore_errors=True)
    for leftover in folder.glob(".export-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        with contextlib.ExitStack() as opened:
            steps = None if format.startswith("mt") else total  # Hail shows no progress
            with reporter.stage(f"writing {format}", steps) as advance:
                store = opened.enter_context(
                    formats.converted(spec, folder, format, partial, advance)
                )
            with reporter.stage(f"reading back {format}", total) as advance:
                content = identity(store, advance).sha256
            if content != description["sha256"]:
                raise BuildError(f"{spec.name}: the written {format} reads back differently")
            entry = formats.describe(spec, store, format, partial)
        description["formats"][format] = {**entry, "read_back": content}
        # the description first: files without an entry in it would never be verified
        files.write_json(folder / "dataset.json", description)
        shutil.rmtree(final, ignore_errors=True)  # files without an entry
        os.replace(partial, final)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def file_sha256(path: Path) -> str:
    """sha256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _require_room(spec: Spec, folder: Path) -> None:
    free, needed = shutil.disk_usage(folder).free, room_needed(spec)
    if free < needed:
        raise DiskFullError(
            f"{spec.name} takes up to {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free in "
            f"{folder}",
            hint="free some space, or set GWAS_CACHE to a folder on another disk",
        )


def _estimate(spec: Spec) -> str:
    # calls a second that a 2-core machine simulates, converts and checks
    seconds = 5 + spec.variants * spec.n_samples / 2_000_000
    length = f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
    return f"up to {room_needed(spec) / 1e6:,.0f} MB of disk, about {length} and Hail's start"
