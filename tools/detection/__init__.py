"""Change points of a measured series, and the statistics of measured pairs."""
