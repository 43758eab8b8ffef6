"""Migrations of the catalogue, found by the package's path so that they work from a wheel."""
