"""Files appear whole or not at all: through a kill, and with two writers at once."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread

from reports.files import whole_file, write_text

HALF = """
import os, signal, sys
from pathlib import Path
from reports.files import whole_file
with whole_file(Path(sys.argv[1])) as part:
    part.write_text("half")
    os.kill(os.getpid(), signal.SIGTERM)
"""


def test_a_writer_that_is_ended_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = write_text(tmp_path / "routers.atom", "whole")
    ended = subprocess.run([sys.executable, "-c", HALF, str(path)], check=False, env=os.environ)
    assert ended.returncode == -signal.SIGTERM
    assert path.read_text() == "whole"


def test_two_writers_in_one_process_do_not_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "routers.atom"
    with whole_file(path) as part:
        part.write_text("the later one")
        other = Thread(target=write_text, args=(path, "the earlier one"))
        other.start()
        other.join()
        assert path.read_text() == "the earlier one"
    assert path.read_text() == "the later one"
    assert list(tmp_path.iterdir()) == [path]
