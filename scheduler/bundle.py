"""Evidence bundles: a run's listings and stored bytes in one folder, with the SHA-256 of each file."""

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

import orjson

from restock.addresses import url_key
from restock.listing import Listing
from restock.run import Run
from scheduler.evidence import warc_path
from scheduler.workspace import Workspace
from spiders.evidence.wacz import write_wacz


def write_bundle(workspace: Workspace, run: Run, listings: Iterable[Listing], folder: Path) -> list[Path]:
    """Writes `listings.jsonl`, the run's WARC file, the same as WACZ, and `manifest.json`; the files written, the
    manifest last."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = folder / "listings.jsonl"
    titles: dict[str, str] = {}
    with rows.open("wb") as file:
        for listing in listings:
            if listing.url:
                titles[url_key(listing.url)] = listing.title
            file.write(orjson.dumps(listing.to_json()) + b"\n")
    warc = warc_path(workspace.settings, run)
    stored = folder / warc.name
    shutil.copyfile(warc, stored)
    wacz = folder / f"{run.id}.wacz"
    wacz.unlink(missing_ok=True)
    write_wacz(wacz, warc, title=f"{run.site}, {run.id}", titles=titles)
    manifest = folder / "manifest.json"
    manifest.write_bytes(orjson.dumps(_manifest(run, [rows, stored, wacz]), option=orjson.OPT_INDENT_2))
    return [rows, stored, wacz, manifest]


def _manifest(run: Run, files: list[Path]) -> dict[str, object]:
    entries = [{"file": path.name, "bytes": path.stat().st_size, "sha256": _sha256(path)} for path in files]
    return {"run": run.to_json(), "files": entries}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
