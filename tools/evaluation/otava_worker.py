"""Otava's change points: a JSON list of series on stdin, a list of lists of indices on stdout.

Runs in an environment of its own (see baselines.py), so it imports nothing of the tracker.
"""

import json
import sys

from otava.analysis import compute_change_points

indices = []
for values in json.load(sys.stdin):
    changes, _ = compute_change_points(values, max_pvalue=0.001, min_magnitude=0.0)
    indices.append(sorted(int(change.index) for change in changes))
json.dump(indices, sys.stdout)
