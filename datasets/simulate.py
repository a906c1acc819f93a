"""Simulated genotypes: three populations out of Africa, in many independent short segments.

The demography is that of Gutenkunst et al. 2009 (PLoS Genetics 5(10): e1000695), the
maximum-likelihood values of its table 1 with 25 years a generation: one ancestral population,
an African one (YRI) and one out of Africa, which splits into a European (CEU) and an East Asian
one (CHB), both growing, all three exchanging migrants.

Segments are independent: one long contig costs 30 times as much time, and what GWAS tools do
depends on LD over some tens of kilobases only. Each named contig is a row of segments.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import msprime
import numpy as np
import tskit
from numpy.typing import NDArray

from datasets.catalogue import SimulatedSpec
from datasets.content import Block, Sample, block_rows, polymorphic, subset

POPULATIONS = ("YRI", "CEU", "CHB")
MUTATION_RATE = 2.35e-8  # a base and generation: the rate that the demography was fitted with
RECOMBINATION_RATE = 1e-8


def out_of_africa() -> msprime.Demography:
    """The demography of Gutenkunst et al. 2009."""
    generation = 25  # years
    split_eu_as, out, growth_af = (years / generation for years in (21.2e3, 140e3, 220e3))
    rate_eu, rate_as = 0.004, 0.0055
    demography = msprime.Demography()
    demography.add_population(name="YRI", initial_size=12_300)
    demography.add_population(
        name="CEU", initial_size=1_000 * math.exp(rate_eu * split_eu_as), growth_rate=rate_eu
    )
    demography.add_population(
        name="CHB", initial_size=510 * math.exp(rate_as * split_eu_as), growth_rate=rate_as
    )
    demography.add_population(name="OOA", initial_size=2_100)
    demography.add_population(name="AMH", initial_size=12_300)
    demography.add_population(name="ANC", initial_size=7_300)
    for pair, rate in (
        (["CEU", "CHB"], 9.6e-5),
        (["YRI", "CHB"], 1.9e-5),
        (["YRI", "CEU"], 3e-5),
    ):
        demography.set_symmetric_migration_rate(pair, rate)
    demography.add_population_split(time=split_eu_as, derived=["CEU", "CHB"], ancestral="OOA")
    demography.add_symmetric_migration_rate_change(
        time=split_eu_as, populations=["YRI", "OOA"], rate=25e-5
    )
    demography.add_population_split(time=out, derived=["OOA", "YRI"], ancestral="AMH")
    demography.add_population_split(time=growth_af, derived=["AMH"], ancestral="ANC")
    return demography


class Simulation:
    """A Source of simulated variants, the same for the same Spec."""

    def __init__(self, spec: SimulatedSpec) -> None:
        self._spec = spec
        self._demography = out_of_africa()
        self._length = spec.segment_length

    def samples(self) -> list[Sample]:
        """Samples named after their population, in msprime's order."""
        return [
            Sample(f"{population}{number:06d}", population)
            for population, count in zip(POPULATIONS, self._spec.samples, strict=True)
            for number in range(1, count + 1)
        ]

    def provenance(self) -> dict[str, object]:
        return {
            "how": "simulated with msprime, Gutenkunst et al. 2009 out-of-Africa model",
            "msprime": msprime.__version__,
            "tskit": tskit.__version__,
            "seed": self._spec.seed,
            "samples": dict(zip(POPULATIONS, self._spec.samples, strict=True)),
            "segment_length": self._length,
            "mutation_rate": MUTATION_RATE,
            "recombination_rate": RECOMBINATION_RATE,
        }

    def blocks(self) -> Iterator[Block]:
        """Blocks of all contigs, which have the same number of variants, or one more."""
        contigs = self._spec.contigs
        share, rest = divmod(self._spec.variants, len(contigs))
        for index, contig in enumerate(contigs):
            missing = share + (index < rest)
            segment = 0
            while missing:
                for block in self._segment(contig, index, segment, missing):
                    missing -= len(block.position)
                    yield block
                segment += 1

    def _segment(self, contig: str, index: int, segment: int, most: int) -> Iterator[Block]:
        """The first `most` variants of one segment, cut into blocks of bounded size."""
        seeds = np.random.SeedSequence([self._spec.seed, index, segment]).generate_state(2)
        ancestry, mutations = (int(seed) % (2**32 - 1) + 1 for seed in seeds)
        trees = msprime.sim_ancestry(
            samples=dict(zip(POPULATIONS, self._spec.samples, strict=True)),
            demography=self._demography,
            sequence_length=self._length,
            recombination_rate=RECOMBINATION_RATE,
            random_seed=ancestry,
        )
        trees = msprime.sim_mutations(trees, rate=MUTATION_RATE, random_seed=mutations)
        # a site that mutated more than once may have three alleles or hidden reversals
        once = np.flatnonzero(np.bincount(trees.mutations_site, minlength=trees.num_sites) == 1)
        once = once[:most]
        offset = segment * self._length + 1
        step = block_rows(self._spec.n_samples)
        for start in range(0, len(once), step):
            block = _decode(trees, once[start : start + step], contig, offset)
            # a mutation that all samples or none have is not a variant
            kept = polymorphic(block.dosage)
            if kept.any():
                yield subset(block, kept)


def _decode(
    trees: tskit.TreeSequence, chosen: NDArray[np.int64], contig: str, offset: int
) -> Block:
    n_samples = trees.num_individuals
    dosage = np.empty((len(chosen), n_samples), dtype=np.int8)
    variant = tskit.Variant(trees)
    ref, alt = [], []
    for row, site in enumerate(chosen.tolist()):
        variant.decode(site)
        dosage[row] = variant.genotypes.reshape(n_samples, 2).sum(axis=1)
        ref.append(variant.alleles[0])
        alt.append(variant.alleles[1])
    position = (trees.sites_position[chosen].astype(np.int64) + offset).astype(np.int32)
    return Block(contig, position, np.array(ref, dtype="S1"), np.array(alt, dtype="S1"), dosage)
