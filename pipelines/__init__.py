"""Raw listing → listing: one module for each kind of value, over data files."""
