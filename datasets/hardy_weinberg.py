"""Exact test of Hardy-Weinberg equilibrium, two-sided and mid-p, for many genotype counts.

Given n samples and a copies of the rarer allele, the number of heterozygotes h has probability
proportional to 2^h / (h! ((a - h) / 2)! (n - (a + h) / 2)!) over the h of a's parity. The
two-sided p value is the total probability of all h that are no likelier than the one seen
(Wigginton, Cutler and Abecasis 2005, Am J Hum Genet 76: 887-893: Sgkit's and PLINK 1.9's
answer); the mid-p counts only half of the probability of those as likely (Graffelman and Moreno
2013, Stat Appl Genet Mol Biol 12: 433-448: Hail's answer).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Two ways to the same probability differ by rounding; distinct ones by far more.
_TIE = 1e-7


def exact(counts: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(p, mid-p), each (variants,) float64, of counts (variants, 3): hom. REF, het., hom. ALT.

    Without called samples, and without a second allele, both are as for certain: 1 and 0.5
    (PLINK and Sgkit give nan for a variant without any call).
    """
    first = 2 * counts[:, 0] + counts[:, 1]
    rarer = np.minimum(first, 2 * counts[:, 2] + counts[:, 1])
    keys = np.stack([counts.sum(axis=1), rarer], axis=1)
    unique, group = np.unique(keys, axis=0, return_inverse=True)
    group = group.reshape(-1)
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(len(unique) + 1))
    p, mid = np.empty(len(counts)), np.empty(len(counts))
    for (n, a), start, stop in zip(unique.tolist(), bounds, bounds[1:], strict=False):
        variants = order[start:stop]
        seen = (counts[variants, 1] - a % 2) // 2
        p[variants], mid[variants] = _tails(_probabilities(n, a), seen)
    return p, mid


def _probabilities(n: int, a: int) -> NDArray[np.float64]:
    """Probability of h = a % 2, a % 2 + 2, ... a heterozygotes."""
    h = np.arange(a % 2, a - 1, 2, dtype=np.float64)
    homozygous_rare = (a - h) / 2
    # the ratio of each probability to the one before it, from h to h + 2
    ratio = 4 * homozygous_rare * (n - (a + h) / 2) / ((h + 1) * (h + 2))
    log = np.concatenate([[0.0], np.cumsum(np.log(ratio))])
    probability = np.exp(log - log.max())
    return probability / probability.sum()


def _tails(
    probability: NDArray[np.float64], seen: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    ordered = np.sort(probability)
    below = np.concatenate([[0.0], np.cumsum(ordered)])
    mine = probability[seen]
    less = below[np.searchsorted(ordered, mine * (1 - _TIE))]
    upto = below[np.searchsorted(ordered, mine * (1 + _TIE), side="right")]
    return np.minimum(upto, 1.0), np.minimum((less + upto) / 2, 1.0)
