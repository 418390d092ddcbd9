"""Measurements: `make bench`. Absolute figures are printed; only ratios within one run fail."""
