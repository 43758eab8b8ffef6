"""`evidence`: one row's proof in a folder, made so that a third party can check it without restock."""

import shutil
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import orjson

from restock import clock
from restock.capture import PageCapture
from restock.errors import EvidenceError, UsageError
from restock.listing import Evidence, Listing, time_text
from restock.run import Run
from scheduler.evidence import reads_lists
from scheduler.explain import explain
from scheduler.workspace import Workspace
from spiders.evidence import find_entry, open_file, read_capture, run_of
from spiders.evidence.extracting import Extract, extract, sums
from spiders.rendering.browser import BrowserError
from spiders.rendering.offline import photograph

_WORDS = (Path(__file__).parent / "proof.txt").read_text(encoding="utf-8")


@dataclass(slots=True)
class Proof:
    """What was written, and what could not be had, a line for each."""

    folder: Path
    missing: list[str] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)

    @property
    def files(self) -> list[Path]:
        return [self.folder / name for name in self.told]

    def write(self, name: str, data: bytes, what: str) -> None:
        with self.open(name, what) as out:
            out.write(data)

    def open(self, name: str, what: str) -> BinaryIO:
        """A new file of the proof, to be written to."""
        self.told[name] = what
        return (self.folder / name).open("xb")


def write_proof(workspace: Workspace, ref: str, folder: Path) -> Proof:
    """Raises EvidenceError where the listing has no evidence, or it is not what was stored."""
    listing = workspace.catalogue.listing(ref)
    if listing.evidence is None:
        raise EvidenceError(f"{ref}: no evidence is known for it")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: the folder of a proof must be new or empty")
    folder.mkdir(parents=True, exist_ok=True)
    stored = listing.evidence
    run = workspace.catalogue.run(run_of(stored.warc))
    proof = Proof(folder)
    proof.write("listing.json", _json(listing.to_json()), "the row, as restock gives it")
    _write_reasons(workspace, ref, proof)
    found = _write_records(workspace, stored, proof)
    if reads_lists(run):
        _write_list(workspace, stored, proof)
        seen_at = listing.observed_at
    else:
        seen_at = _write_page(workspace, stored, found, proof)
    manifest = _manifest(listing, run, seen_at, found, proof)
    proof.write("manifest.json", _json(manifest), "all of this, for machines")
    _write_words(listing, stored, run, seen_at, proof)
    seal = "".join(f"{value}  {name}\n" for name, value in sums(proof.files).items())
    proof.write("SHA256SUMS", seal.encode(), "the SHA-256 of every other file")
    return proof


def _write_reasons(workspace: Workspace, ref: str, proof: Proof) -> None:
    """Rule by rule. Where today's readers find nothing any more, the bytes still speak for themselves."""
    try:
        found = explain(workspace, ref)
    except EvidenceError as error:
        proof.missing.append(f"the reasons: {error}")
        return
    reasons = {
        "as_shown": found.raw.to_json(),
        "read_by": found.raw.read_by,
        "restrictions": [rule.to_json() for rule in found.listing.restrictions],
        "findings": [finding.to_json() for finding in found.findings],
        "read_otherwise_today": list(found.differs),
        "thinned": found.thinned,
    }
    proof.write("reasons.json", _json(reasons), "the texts that were read, and the rule behind each value")


def _write_records(workspace: Workspace, stored: Evidence, proof: Proof) -> Extract:
    what = "the records of this page, byte for byte as they stand in the run's WARC file"
    with proof.open("record.warc.gz", what) as out:
        return extract(workspace.settings.evidence_dir / stored.warc, stored.record_id, out)


def _write_list(workspace: Workspace, stored: Evidence, proof: Proof) -> None:
    """A row of a price list: the whole list is its page."""
    warc = workspace.settings.evidence_dir / stored.warc
    with open_file(warc, find_entry(warc, stored.record_id)) as file:
        name = "list" + (Path(file.name.partition("?")[0]).suffix or ".bin")
        with proof.open(name, "the price list that the row stands in, as received") as out:
            shutil.copyfileobj(file.stream, out)


def _write_page(workspace: Workspace, stored: Evidence, found: Extract, proof: Proof) -> datetime:
    capture = read_capture(workspace.settings.evidence_dir, stored)
    proof.write("page.html", capture.body, "the page that was read" + (", as its scripts drew it" * capture.drawn))
    if found.response is not None:
        head, _, body = found.response.block.partition(b"\r\n\r\n")
        proof.write("response-headers.txt", head + b"\r\n", "status and headers of the answer")
        if body != capture.body:
            proof.write("response-body.bin", body, "the body of the answer as it was sent (packed, or before scripts)")
    if found.request is not None:
        proof.write("request-headers.txt", found.request.block, "what was asked, without what says who pays")
    _write_picture(workspace, capture, found, proof)
    return capture.captured_at


def _write_picture(workspace: Workspace, capture: PageCapture, found: Extract, proof: Proof) -> None:
    if found.picture is not None:
        proof.write("screenshot.png", found.picture.block, "the page in a browser, taken while it was captured")
        return
    try:
        picture = photograph(capture, workspace.settings.crawl.browser)
    except BrowserError as error:
        proof.missing.append(f"the screenshot: {error}")
        return
    what = "page.html in a browser, made now from the stored bytes, without scripts, pictures and network"
    proof.write("screenshot.png", picture, what)


def _manifest(listing: Listing, run: Run, seen_at: datetime | None, found: Extract, proof: Proof) -> dict[str, object]:
    record = found.response
    return {
        "site": listing.site,
        "key": listing.key,
        "url": listing.url,
        "captured_at": time_text(seen_at),
        "server_address": record.headers.get("warc-ip-address") if record is not None else None,
        "asked_as": _asked_as(found),
        "run": run.to_json(),
        "evidence": listing.evidence and listing.evidence.to_json(),
        "made_at": time_text(clock.now()),
        "made_by": f"restock {version('restock')}",
        "missing": proof.missing,
        "files": [
            {"file": path.name, "what": proof.told[path.name], "bytes": path.stat().st_size, "sha256": value}
            for path, value in zip(proof.files, sums(proof.files).values(), strict=True)
        ],
    }


def _write_words(listing: Listing, stored: Evidence, run: Run, seen_at: datetime | None, proof: Proof) -> None:
    """What a reader needs to know to check the rest."""
    lines = "\n".join(f"  {name:<24}{what}" for name, what in proof.told.items())
    text = _WORDS.format(
        title=listing.title,
        url=listing.url or "",
        site=listing.site,
        captured=time_text(seen_at) or "unknown",
        run=run.id,
        sha256=stored.sha256,
        record=stored.record_id,
        warc=stored.warc,
        files=lines,
    )
    proof.write("README.txt", text.encode(), "this text")


def _asked_as(found: Extract) -> str | None:
    """The user agent that the page was asked with."""
    head = found.request.block.decode("latin-1") if found.request is not None else ""
    return next((line[12:] for line in head.splitlines() if line.lower().startswith("user-agent: ")), None)


def _json(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
