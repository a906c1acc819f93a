"""Shared by all packages: errors and exit codes, paths, files, configuration, programs."""
