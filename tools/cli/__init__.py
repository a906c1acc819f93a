"""The commands of `python -m tools`: one module a command, arguments and output only."""
