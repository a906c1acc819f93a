"""What the commands share: errors with exit codes, paths, external programs, whole files."""
