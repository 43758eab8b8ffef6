"""Evidence: every response as the server sent it, in WARC files that can be read, indexed and verified again."""

from spiders.evidence.encoding import Decoded, decode
from spiders.evidence.exchange import Exchange, capture_of
from spiders.evidence.files import StoredFile, open_file, plain_file, stored_lists
from spiders.evidence.index import find_entry
from spiders.evidence.naming import begun, find_warc, run_of, site_slug
from spiders.evidence.reading import Witness, read_capture, read_captures, read_pages, witnesses
from spiders.evidence.replacing import finish_all, stems, word_path
from spiders.evidence.revisiting import referred
from spiders.evidence.thinning import Thinning, thin
from spiders.evidence.verifying import Fault, verify
from spiders.evidence.writing import EvidenceWriter, Resource, store_file

__all__ = [
    "Decoded",
    "EvidenceWriter",
    "Exchange",
    "Fault",
    "Resource",
    "StoredFile",
    "Thinning",
    "Witness",
    "begun",
    "capture_of",
    "decode",
    "find_entry",
    "find_warc",
    "finish_all",
    "open_file",
    "plain_file",
    "read_capture",
    "read_captures",
    "read_pages",
    "referred",
    "run_of",
    "site_slug",
    "stems",
    "store_file",
    "stored_lists",
    "thin",
    "verify",
    "witnesses",
    "word_path",
]
