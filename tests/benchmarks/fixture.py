"""A tiny prepared data set, in the layout of docs/architecture.md, made without the datasets code.

An own maker keeps the benchmarks' tests independent of datasets/: what the checks compare with
is computed here in the plainest way.
"""

import json
from pathlib import Path

import numpy as np
import zarr
from scipy import stats

CONTIGS = ["1", "2"]
CHUNKS = [500, 100]  # those of the real `smoke`


def make(folder: Path, n_variants: int = 400, n_samples: int = 120, seed: int = 1) -> np.ndarray:
    """Write a data set of common variants in some LD; return its dosages."""
    random = np.random.default_rng(seed)
    haplotypes = np.empty((n_variants, 2 * n_samples), dtype=np.int8)
    for i in range(n_variants):
        fresh = random.random(2 * n_samples) < random.uniform(0.08, 0.92)
        # two in three variants resemble the one before
        copied = random.random(2 * n_samples) < (0.85 if i % 3 else 0.0)
        haplotypes[i] = np.where(copied, haplotypes[i - 1], fresh)
    # a variant that fails the Hardy-Weinberg test: heterozygous in nearly every sample
    haplotypes[5, 8::2], haplotypes[5, 9::2] = 0, 1
    genotypes = haplotypes.reshape(n_variants, n_samples, 2)
    write(folder, genotypes, random)
    return genotypes.sum(axis=2).astype(np.int8)


def write(folder: Path, genotypes: np.ndarray, random: np.random.Generator) -> None:
    """Write genotypes (variants x samples x ploidy) as a prepared data set."""
    n_variants, n_samples, _ = genotypes.shape
    dosage = genotypes.sum(axis=2).astype(np.int8)
    samples = [f"s{i}" for i in range(n_samples)]
    half = n_variants // 2
    contig = np.repeat([0, 1], [half, n_variants - half])
    position = np.concatenate([np.arange(half), np.arange(n_variants - half)]) * 1000 + 1
    folder.mkdir(parents=True)
    _write_zarr(folder / "calls.zarr", genotypes, contig, position, samples)
    _write_bed(folder / "calls", dosage, contig, position, samples)
    traits, covariates = _write_tables(folder, dosage, samples, random)
    np.savez(folder / "reference.npz", **reference(dosage, traits, covariates))
    description = {"name": folder.name, "formats": {"zarr": {"chunks": CHUNKS}}}
    (folder / "dataset.json").write_text(json.dumps(description))


def reference(dosage: np.ndarray, trait: np.ndarray, covariates: np.ndarray) -> dict:
    """The answers, as datasets/reference.py lays them out."""
    frequency = dosage.mean(axis=1) / 2
    exact = np.array([_hwe(row, mid=False) for row in dosage])
    mid = np.array([_hwe(row, mid=True) for row in dosage])
    common = (frequency > 0.05) & (frequency < 0.95)
    scaled = (dosage[common] - 2 * frequency[common, None]) / np.sqrt(
        2 * (frequency * (1 - frequency))[common, None]
    )
    u, s, _ = np.linalg.svd(scaled.T, full_matrices=False)
    design = np.column_stack([np.ones(len(trait)), covariates])
    beta, se, p = (np.empty(len(dosage)) for _ in range(3))
    for i, row in enumerate(dosage):
        x = np.column_stack([row, design])
        inverse = np.linalg.inv(x.T @ x)
        effects = inverse @ x.T @ trait
        residual = trait - x @ effects
        df = len(trait) - x.shape[1]
        beta[i], se[i] = effects[0], np.sqrt(residual @ residual / df * inverse[0, 0])
        p[i] = 2 * stats.t.sf(abs(beta[i] / se[i]), df)
    return {
        "allele_frequency": frequency,
        "hwe_p": exact,
        "hwe_p_mid": mid,
        "pca_scores": (u * s)[:, :10],
        "beta": beta,
        "se": se,
        "p": p,
    }


def _hwe(row: np.ndarray, mid: bool) -> float:
    n, rare = len(row), int(min(row.sum(), 2 * len(row) - row.sum()))
    hets = np.arange(rare % 2, rare + 1, 2)
    from scipy.special import gammaln

    log = (
        hets * np.log(2)
        - gammaln(hets + 1)
        - gammaln((rare - hets) / 2 + 1)
        - gammaln(n - (rare + hets) / 2 + 1)
    )
    probability = np.exp(log - log.max())
    probability /= probability.sum()
    seen = probability[hets == (row == 1).sum()][0]
    total = probability[probability <= seen * (1 + 1e-9)].sum()
    return float(total - (seen / 2 if mid else 0))


def _write_zarr(path, genotypes, contig, position, samples):
    n_variants = len(genotypes)
    group = zarr.open_group(str(path), mode="w")

    def put(name, values, dims, chunks):
        array = group.create_dataset(
            name, data=values, chunks=chunks, fill_value=None, write_empty_chunks=True
        )
        array.attrs["_ARRAY_DIMENSIONS"] = dims

    calls = ["variants", "samples", "ploidy"]
    put("call_genotype", genotypes.astype("i1"), calls, (*CHUNKS, 2))
    put("call_genotype_mask", genotypes < 0, calls, (*CHUNKS, 2))
    put("variant_contig", contig.astype("i8"), ["variants"], n_variants)
    put("variant_position", position.astype("i4"), ["variants"], n_variants)
    alleles = np.array([[b"A", b"C"]] * n_variants)
    put("variant_allele", alleles, ["variants", "alleles"], (n_variants, 2))
    put("sample_id", np.array(samples, dtype="U"), ["samples"], len(samples))
    group.attrs["contigs"] = CONTIGS
    zarr.consolidate_metadata(str(path))


def _write_bed(prefix, dosage, contig, position, samples):
    codes = np.array([3, 2, 0], dtype=np.uint8)[dosage]
    codes = np.pad(codes, [(0, 0), (0, -dosage.shape[1] % 4)])
    packed = (codes.reshape(len(codes), -1, 4) << np.array([0, 2, 4, 6], dtype=np.uint8)).sum(2)
    prefix.with_suffix(".bed").write_bytes(b"\x6c\x1b\x01" + packed.astype(np.uint8).tobytes())
    prefix.with_suffix(".bim").write_text(
        "".join(
            f"{CONTIGS[c]}\t{CONTIGS[c]}:{p}:A:C\t0\t{p}\tC\tA\n"
            for c, p in zip(contig, position, strict=True)
        )
    )
    prefix.with_suffix(".fam").write_text("".join(f"{s}\t{s}\t0\t0\t0\t-9\n" for s in samples))


def _write_tables(folder, dosage, samples, random):
    n = len(samples)
    covariates = np.column_stack(
        [random.integers(20, 80, n), random.integers(0, 2, n), random.normal(size=(n, 10))]
    )
    trait = dosage[3] * 0.5 + covariates[:, 0] * 0.01 + random.normal(size=n)
    names = ["age", "sex"] + [f"PC{i}" for i in range(1, 11)]
    _table(folder / "covariates.tsv", samples, names, covariates)
    _table(
        folder / "phenotypes.tsv", samples, ["y_study", "y_h2", "y_null"], [[y] * 3 for y in trait]
    )
    return trait, covariates


def _table(path, samples, names, rows):
    lines = ["\t".join(["FID", "IID", *names])]
    lines += [
        "\t".join([s, s, *(repr(float(x)) for x in row)])
        for s, row in zip(samples, rows, strict=True)
    ]
    path.write_text("\n".join(lines) + "\n")
