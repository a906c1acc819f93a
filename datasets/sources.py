"""Which Source makes the content of a data set of the catalogue."""

from __future__ import annotations

from datasets.catalogue import Spec
from datasets.content import Source
from datasets.progress import Reporter


def open_source(spec: Spec, reporter: Reporter) -> Source:
    """The Source of a set; fetches its files first where it has any."""
    # each imported when it is needed: msprime alone takes a second
    if spec.source == "simulation":
        from datasets.simulate import Simulation

        return Simulation(spec)
    if spec.source == "package":
        from datasets.package_source import PackagedSites

        return PackagedSites(spec, reporter)
    from datasets.vcf_source import Chromosome

    return Chromosome(spec, reporter)
