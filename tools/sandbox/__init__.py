"""Runs code of strangers where it can neither read nor change what is not its own."""
