"""The tracker's own commands and asv plugins; `python -m tools --help` lists the commands."""
