"""The data that is measured on: catalogue, makers, conversion to each tool's format, cache."""
