"""Evidence handed on: one row's proof, and a bundle that other tools open; of plain pages and of drawn ones."""

import gzip
import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import browsers
from warcio.archiveiterator import ArchiveIterator

Restock = Callable[..., Any]
FAST = ("--delay", "0")
PNG = b"\x89PNG\r\n"


def check(folder: Path) -> dict[str, bytes]:
    """The files of a proof, whose sums and records hold."""
    done = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=False)
    assert done.returncode == 0
    with (folder / "record.warc.gz").open("rb") as stream:
        kinds = [
            (record.rec_type, record.content_stream().read())[0]
            for record in ArchiveIterator(stream, check_digests="raise")
        ]
    assert {"warcinfo", "response", "request"} <= set(kinds)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_row_of_a_plain_page_is_handed_on_with_its_proof(restock: Restock, shop: Any, tmp_path: Path) -> None:
    shop.numbers = range(1, 3)
    environment = {"RESTOCK_CRAWL__BROWSER": browsers.chromium() or ""}
    assert restock("snapshot", shop.url, *FAST).code == 0
    answer = restock("evidence", f"{shop.url}goods/1", "--output", str(tmp_path / "proof"), **environment)
    assert (answer.code, answer.err) == (0, "")
    files = check(tmp_path / "proof")
    row = json.loads(files["listing.json"])
    assert row["evidence"]["sha256"] == hashlib.sha256(files["page.html"]).hexdigest()
    assert row["evidence"]["sha256"].encode() in files["README.txt"]
    assert files["screenshot.png"].startswith(PNG)
    assert files["response-headers.txt"].startswith(b"HTTP/1.0 200")
    assert b"GET /goods/1" in files["request-headers.txt"]
    reasons = json.loads(files["reasons.json"])
    assert {"brand", "restricted"} <= {finding["field"] for finding in reasons["findings"]}
    manifest = json.loads(files["manifest.json"])
    assert manifest["server_address"] == "127.0.0.1"
    assert manifest["asked_as"].startswith("restock/")
    again = restock("evidence", f"{shop.url}goods/1", "--output", str(tmp_path / "proof"), **environment)
    assert again.code == 2
    without = restock(
        "evidence", f"{shop.url}goods/2", "--output", str(tmp_path / "other"), RESTOCK_CRAWL__BROWSER="/no/browser"
    )
    assert without.code == 3
    assert "no browser is installed" in without.err


def test_unchanged_pages_are_stored_once_and_every_command_follows_them(
    restock: Restock, shop: Any, home: Path, tmp_path: Path
) -> None:
    shop.numbers, shop.padding = range(1, 8), "<p>Гарантия производителя</p>" * 200
    assert restock("sites", "add", "shop", shop.url, *FAST).code == 0
    for day in ("2026-11-16", "2026-11-17"):
        assert restock("crawl", "shop", RESTOCK_NOW=f"{day}T06:00:00Z").code == 0
    with (home / "evidence" / "shop" / "shop-0002.warc.gz").open("rb") as stream:
        kinds = [record.rec_type for record in ArchiveIterator(stream) if "/goods/" in _target(record)]
    assert set(kinds) == {"revisit", "request"}
    assert restock("verify").code == 0
    again = restock("reparse", "shop-0002")
    assert (again.code, len(again.rows)) == (0, 7)
    assert "the second reading is what is stored" in again.err
    (home / "sites" / "shop.yaml").write_text(f"name: shop\nstart: {shop.url}\ndelay: 0\nencoding: utf-8\n")
    assert restock("crawl", "shop", RESTOCK_NOW="2026-11-18T06:00:00Z").code == 0
    assert restock("diff").rows == []


def _target(record: Any) -> str:
    return record.rec_headers.get_header("WARC-Target-URI") or ""


def test_restricted_goods_on_drawn_pages_have_pictures_and_a_bundle_is_opened_by_others(
    restock: Restock, drawn_shop: str, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle"
    environment = {"RESTOCK_CRAWL__BROWSER": browsers.chromium() or ""}
    answer = restock("snapshot", drawn_shop, *FAST, "--bundle", str(bundle), **environment)
    assert answer.code == 0, answer.err
    assert {(row["sku"], row["restricted"]) for row in answer.rows} == {("C-1", True), ("P-2", False)}
    assert restock("verify").code == 0
    again = restock("reparse", str(answer.rows[0]["run"]), RESTOCK_CRAWL__BROWSER="/no/browser")
    assert (again.code, len(again.rows)) == (0, 2)
    assert "the second reading is what is stored" in again.err
    proof = restock("evidence", f"{drawn_shop}goods/1", "--output", str(tmp_path / "proof"), **environment)
    assert proof.code == 0, proof.err
    files = check(tmp_path / "proof")
    assert "taken while it was captured" in files["README.txt"].decode()
    assert files["screenshot.png"].startswith(PNG)
    assert "WS-C2960X-24TS-L" in files["page.html"].decode()
    assert b'<div id="app"></div>' in files["response-body.bin"]
    pictures = [name for name, _ in _index(bundle) if name.startswith("urn:fullPage:")]
    assert pictures == sorted([f"urn:fullPage:{drawn_shop}", f"urn:fullPage:{drawn_shop}goods/1"])


def _index(bundle: Path) -> list[tuple[str, dict[str, Any]]]:
    """The lines of a bundle's WACZ, after each was followed to its record."""
    (path,) = bundle.glob("*.wacz")
    with ZipFile(path) as package:
        digest = json.loads(package.read("datapackage-digest.json"))
        description = package.read("datapackage.json")
        assert digest["hash"] == f"sha256:{hashlib.sha256(description).hexdigest()}"
        for resource in json.loads(description)["resources"]:
            data = package.read(resource["path"])
            assert (resource["hash"], resource["bytes"]) == (f"sha256:{hashlib.sha256(data).hexdigest()}", len(data))
        lines = gzip.decompress(package.read("indexes/index.cdx.gz")).decode().splitlines()
        assert lines == sorted(lines)
        rows = [json.loads(line.split(" ", 2)[2]) for line in lines]
        for row in rows:
            archive = package.read(f"archive/{row['filename']}")
            start = int(row["offset"])
            record = gzip.decompress(archive[start : start + int(row["length"])])
            assert f"WARC-Target-URI: {row['url']}\r\n".encode() in record
        pages = [json.loads(line) for line in package.read("pages/pages.jsonl").splitlines()]
        assert pages[0]["format"] == "json-pages-1.0"
        assert {page["title"] for page in pages[1:]} >= {"Коммутатор Cisco WS-C2960X-24TS-L"}
    return [(row["url"], row) for row in rows]
