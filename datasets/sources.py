"""The Source that makes the content of a data set of the catalogue."""

from __future__ import annotations

from datasets.catalogue import PackageSpec, SimulatedSpec, Spec, VcfSpec
from datasets.content import Source
from datasets.progress import Reporter


def open_source(spec: Spec, reporter: Reporter) -> Source:
    """The Source of a set; it fetches its files first."""
    # imported when needed: msprime alone takes a second
    if isinstance(spec, SimulatedSpec):
        from datasets.simulate import Simulation

        return Simulation(spec)
    if isinstance(spec, PackageSpec):
        from datasets.package_source import PackagedSites

        return PackagedSites(spec, reporter)
    from datasets.vcf_source import Chromosome

    assert isinstance(spec, VcfSpec)
    return Chromosome(spec, reporter)
