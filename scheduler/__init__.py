"""Composes the rooms: a crawl from fetching to merging, a report from diff to mail."""
