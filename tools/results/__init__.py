"""Measured values: asv's result files, the table of points, and the series made of them."""
