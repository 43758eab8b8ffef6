"""Listing → versions → changes: the database, the guard, the diff and the questions."""
