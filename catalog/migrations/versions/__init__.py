"""One module per revision, `rNNNN_what.py`; a released one is never edited."""
