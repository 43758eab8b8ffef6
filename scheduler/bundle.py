"""Evidence bundles: a run's listings and stored bytes in one folder, with the SHA-256 of each file."""

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

import orjson

from restock.listing import Listing
from restock.run import Run
from scheduler.evidence import warc_path
from scheduler.workspace import Workspace


def write_bundle(workspace: Workspace, run: Run, listings: Iterable[Listing], folder: Path) -> list[Path]:
    """Writes `listings.jsonl`, the run's WARC file and `manifest.json`; the files written, the manifest last."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = folder / "listings.jsonl"
    with rows.open("wb") as file:
        for listing in listings:
            file.write(orjson.dumps(listing.to_json()) + b"\n")
    warc = warc_path(workspace.settings, run)
    stored = folder / warc.name
    shutil.copyfile(warc, stored)
    manifest = folder / "manifest.json"
    manifest.write_bytes(orjson.dumps(_manifest(run, [rows, stored]), option=orjson.OPT_INDENT_2))
    return [rows, stored, manifest]


def _manifest(run: Run, files: list[Path]) -> dict[str, object]:
    entries = [{"file": path.name, "bytes": path.stat().st_size, "sha256": _sha256(path)} for path in files]
    return {"run": run.to_json(), "files": entries}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
