"""Dask and Spark clusters: on this machine (`*_local`), or there already (`*_existing`).

tasks.py has what the distributed task classes inherit, fault_injection.py the faults that they
are measured under.
"""
