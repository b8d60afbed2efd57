"""Files made to break whoever reads them, handed to the command line in a process of its own whose memory is measured."""

import json
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest

from tests.moderation.malformed import chunk, encoded, gradient, patched, png

ROOT = Path(__file__).parents[2]
MOST_MB = 500

# One process for all files: a good one first, by which the models are loaded; the peak covers whatever a file leaves behind.
EXAMINE = """
import contextlib, io, json, resource, sys
import app
home, good, *files = sys.argv[1:]

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

def examine(file):
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        status = app.main(["examine", file, "--twin", "nora", "--home", home, "--json"])
    return status, said.getvalue()

examine(good)
before = peak()
print(json.dumps({file: [*examine(file), peak() - before] for file in files}))
"""


def deep_png() -> bytes:
    """The largest picture that is read, 16 bits deep and transparent, in a file of less than a megabyte."""
    width, height = 6_000, 4_000
    packer = zlib.compressobj(1)
    row = bytes(1 + width * 8)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 16, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def with_chunk(name: bytes, head: bytes, size: int) -> bytes:
    """A good picture whose text or profile unpacks to `size` bytes."""
    whole = encoded(gradient(), "PNG")
    return whole[:33] + chunk(name, head + zlib.compress(bytes(size), 9)) + whole[33:]


def zipped() -> bytes:
    """An archive that is a page as well, with a picture inside."""
    stream = BytesIO(b"<html><script>alert(1)</script>")
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("x.png", encoded(gradient(), "PNG"))
    return stream.getvalue()


HUGE = struct.pack(">II", 30_000, 30_000)
FILES = {
    "huge.png": png(30_000, 30_000, b"\x00" * 90_001),
    "huge.avif": patched(encoded(gradient(), "AVIF"), b"ispe", 8, HUGE),
    "huge.jpg": patched(encoded(gradient(), "JPEG"), b"\xff\xc0", 5, struct.pack(">HH", 65_500, 65_500)),
    "wide.png": png(8_193, 64, b""),
    "text-bomb.png": with_chunk(b"zTXt", b"Comment\x00\x00", 900_000_000),
    "profile-bomb.png": with_chunk(b"iCCP", b"icc\x00\x00", 900_000_000),
    "cut.png": encoded(gradient(), "PNG")[:200],
    "cut.jpg": encoded(gradient(), "JPEG")[:-300],
    "cut.webp": encoded(gradient(), "WEBP")[:60],
    "empty.png": b"",
    "page.png": b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
    "document.png": b"%PDF-1.7\n" + encoded(gradient(), "PNG"),
    "archive.png": zipped(),
    "program.png": b"\x7fELF" + encoded(gradient(), "PNG"),
    "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "film.webp": encoded(gradient(), "WEBP", save_all=True, append_images=[gradient().rotate(90)], duration=9),
    "postscript.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n(/etc/passwd) (r) file\n",
    "large.png": b"\x89PNG\r\n\x1a\n" + bytes(33 * 1024 * 1024),
    "tiny.png": encoded(gradient(8, 8), "PNG"),
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str, int]]:
    """What each file was answered: status, standard error, and by how many MB the peak has grown since the start."""
    folder = tmp_path_factory.mktemp("uploads")
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    (folder / "folder.png").mkdir()
    os.mkfifo(folder / "pipe.png")
    (folder / "endless.png").symlink_to("/dev/zero")
    (folder / "deep.png").write_bytes(deep_png())
    files = sorted(map(str, folder.iterdir()))
    good = tmp_path_factory.mktemp("good") / "good.png"
    good.write_bytes(encoded(gradient(), "PNG"))
    command = [sys.executable, "-c", EXAMINE, str(good.parent / "home"), str(good), *files]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)
    assert "Traceback" not in run.stderr
    return {Path(file).name: tuple(answer) for file, answer in json.loads(run.stdout).items()}


@pytest.mark.parametrize("name", [*FILES, "folder.png", "pipe.png", "endless.png"])
def test_a_file_made_to_break_its_reader_is_refused_with_one_sentence(
    answers: dict[str, tuple[int, str, int]], name: str
) -> None:
    status, said, _ = answers[name]
    assert status == 1
    assert said.count("\n") == 1
    assert said.rstrip().endswith((".", ";"))
    assert "Traceback" not in said


def test_neither_they_nor_the_largest_that_is_read_take_much_memory(answers: dict[str, tuple[int, str, int]]) -> None:
    assert answers["deep.png"][0] == 0
    grown = {name: answer[2] for name, answer in answers.items()}
    assert max(grown.values()) <= MOST_MB, grown
