"""Uploads are decoded by content, in a process of limited time and memory, or refused with a sentence."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from moderation.errors import BadImage
from moderation.uploads.decode import BAD_PROFILE, DAMAGED, NO_SCREEN_COLOURS, NOT_A_PICTURE, TOO_MUCH_MEMORY
from moderation.uploads.uploads import NO_READER, TOO_SLOW, pictures_in, read_picture_file, read_upload
from tests.moderation.malformed import BASES, archive, corpus, encoded, endless_scans, gradient, png, profile

ROOT = Path(__file__).parents[3]
READ = ("PNG", "JPEG", "WEBP", "AVIF", "TIFF", "GIF", "BMP")
LOSSLESS = ("PNG", "TIFF", "BMP")


def sentence_of(content: bytes) -> str:
    with pytest.raises(BadImage) as refusal:
        read_upload(content)
    return str(refusal.value)


@pytest.mark.parametrize("kind", READ)
def test_a_picture_is_read_by_its_content(kind: str) -> None:
    picture = read_upload(encoded(gradient(), kind, **({"quality": 95} if kind in ("JPEG", "WEBP", "AVIF") else {})))
    off = np.abs(picture.astype(int) - np.asarray(gradient()))
    assert picture.shape == (128, 96, 3)
    assert off.max() == 0 if kind in LOSSLESS else off.mean() < 12


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_the_camera_orientation_is_applied(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rows are columns
    picture = read_upload(encoded(gradient(), kind, exif=exif))
    assert picture.shape == (96, 128, 3)
    assert np.abs(picture.astype(int) - np.rot90(np.asarray(gradient()), -1)).mean() < 6


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("PNG", "LA"), ("WEBP", "RGBA"), ("TIFF", "RGBA")])
def test_transparent_parts_become_paper_instead_of_what_is_hidden_under_them(kind: str, mode: str) -> None:
    image = gradient().convert(mode)
    image.putalpha(0)
    assert (read_upload(encoded(image, kind)) == 255).all()


def test_half_transparent_parts_let_half_of_the_paper_through() -> None:
    assert (read_upload(encoded(Image.new("RGBA", (96, 128), (0, 0, 0, 128)), "PNG")) == 127).all()


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_of_grey_are_brought_to_eight_and_not_clipped(kind: str) -> None:
    deep = Image.fromarray((np.asarray(gradient().convert("L")).astype(np.uint16)) * 257)
    assert (read_upload(encoded(deep, kind)) == np.asarray(gradient().convert("L"))[..., None]).all()


def test_sixteen_bits_of_colour_are_brought_to_eight() -> None:
    rows = np.repeat(np.asarray(gradient()), 2, axis=2)  # each byte twice: high and low
    content = png(96, 128, b"".join(b"\0" + row.tobytes() for row in rows), depth=16)
    assert (read_upload(content) == np.asarray(gradient())).all()


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_printing_colours_are_read(kind: str) -> None:
    picture = read_upload(encoded(Image.new("CMYK", (96, 128), (0, 255, 255, 0)), kind))
    assert np.abs(picture.astype(int) - [255, 0, 0]).max() < 8


def test_a_colour_profile_is_applied() -> None:
    swapped = bytearray(profile())
    tags = {bytes(swapped[at : at + 4]): at for at in range(132, 132 + 12 * int.from_bytes(swapped[128:132], "big"), 12)}
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]  # where each primary lies; changed over, green is what was called red
    swapped[red + 4 : red + 12], swapped[green + 4 : green + 12] = swapped[green + 4 : green + 12], swapped[red + 4 : red + 12]
    for mode in ("RGB", "RGBA"):
        content = encoded(Image.new(mode, (96, 128), "#ff0000"), "PNG", icc_profile=bytes(swapped))
        assert np.abs(read_upload(content).astype(int) - [0, 255, 0]).max() < 3
    same = read_upload(encoded(gradient(), "PNG", icc_profile=profile()))
    assert np.abs(same.astype(int) - np.asarray(gradient())).max() <= 2


def test_grey_with_the_profile_of_a_screen_is_read() -> None:
    assert (read_upload(encoded(Image.new("L", (96, 128), 128), "PNG", icc_profile=profile())) // 4 == 32).all()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", NOT_A_PICTURE),
        (b"hello", NOT_A_PICTURE),
        (b"%PDF-1.7 hello", "This is a PDF"),
        (b"8BPS\0\1", "This is a Photoshop document"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "This is a HEIC picture"),
        (BASES["jp2"](), "This is a JPEG 2000 picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NOT_A_PICTURE),
        (b"\x89PNG\r\n\x1a\nhello", DAMAGED),
        (encoded(gradient(), "PNG")[:-60], DAMAGED),
        (encoded(gradient(), "JPEG")[:-200], DAMAGED),
        (encoded(gradient(1, 1), "PNG"), "1 × 1 pixels"),
        (encoded(gradient(63, 400), "PNG"), "at least 64"),
        (png(8_193, 64, b"\x00"), "too large"),
        (png(6_000, 6_000, b"\x00"), "too large"),
        (png(30_000, 64, b"\x00"), "30000 × 64"),
        (png(30_000, 30_000, b"\x00"), "too large"),
        (encoded(Image.new("F", (96, 128)), "TIFF"), NO_SCREEN_COLOURS),
        (encoded(gradient(), "PNG", icc_profile=profile()[:200]), BAD_PROFILE),
        (encoded(gradient(), "PNG") + archive(), "This file is an archive"),
        (encoded(gradient(), "JPEG", comment=b"<script>alert(1)</script>"), "a picture and a web page at once"),
        (encoded(gradient(), "JPEG", comment=b"%PDF-1.7\n"), "a picture and a PDF at once"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * (33 * 1024 * 1024), "33 MB"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_sentence(content: bytes, sentence: str) -> None:
    assert sentence in sentence_of(content)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "AVIF"])
def test_an_animation_is_refused(kind: str) -> None:
    frames = [gradient(), gradient().rotate(180)]
    assert "is animated" in sentence_of(encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100))


def test_several_pages_are_refused() -> None:
    assert "several pages" in sentence_of(encoded(gradient(), "TIFF", save_all=True, append_images=[gradient()]))


def test_what_a_camera_writes_behind_its_picture_is_left_out() -> None:
    trailer = b"\0\0\0\x18ftypmp42" + bytes(2_000)
    assert (read_upload(encoded(gradient(), "PNG") + trailer) == np.asarray(gradient())).all()


@pytest.mark.parametrize("place", range(40, 1200, 290))
def test_bytes_overwritten_anywhere_give_a_picture_or_a_sentence(place: int) -> None:
    for kind in READ:
        content = bytearray(encoded(gradient(), kind))
        content[place % len(content) : place % len(content) + 16] = b"\xff\x00\xa5" * 5
        with contextlib.suppress(BadImage):  # anything else that it raises fails the test
            assert read_upload(bytes(content)).shape[2] == 3


def test_a_file_that_takes_too_much_work_is_given_up() -> None:
    assert sentence_of(endless_scans()) == TOO_SLOW


def test_forty_bytes_that_unpack_beyond_the_memory_are_given_up() -> None:
    content = encoded(Image.new("RGBA", (6_000, 4_000), (9, 9, 9, 9)), "WEBP", lossless=True, method=0, quality=0)
    assert len(content) < 100
    assert sentence_of(content) == TOO_MUCH_MEMORY


LIMITED = "import sys; sys.path.insert(0, {root!r}); from moderation.uploads import decode; decode.limit_this_process(); {deed}"


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        ("bytearray(400_000_000); print('fits')", "fits"),
        ("bytearray(500_000_000)", "MemoryError"),
        ("open(sys.argv[1], 'wb', buffering=0).write(b'x')", "File too large"),
    ],
)
def test_the_process_has_its_memory_and_writes_no_file(deed: str, told: str, tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-c", LIMITED.format(root=str(ROOT), deed=deed), str(tmp_path / "file")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told in run.stdout + run.stderr


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("/nowhere/python",), NO_READER),
        ((sys.executable, "-c", "import nothing_of_the_kind"), NO_READER),
        ((sys.executable, "-c", "import os; os.abort()"), DAMAGED),
        ((sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"), TOO_MUCH_MEMORY),
        ((sys.executable, "-c", "print('P1234567', end='')"), DAMAGED),
        ((sys.executable, "-c", "import sys; sys.stdout.buffer.write(b'P' + bytes(7) + b'a')"), DAMAGED),
    ],
)
def test_a_process_that_does_not_answer_is_told_as_its_own_fault_or_the_files(command: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(BadImage) as refusal:
        read_upload(encoded(gradient(), "PNG"), command)
    assert str(refusal.value) == sentence


def test_a_file_is_read_from_disk_by_the_same_rules(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(encoded(gradient(), "PNG"))
    assert (read_picture_file(tmp_path / "a.txt") == np.asarray(gradient())).all()
    for path, sentence in ((tmp_path, "is no file"), (tmp_path / "b.png", "cannot be read"), (Path("/dev/zero"), "is no file")):
        with pytest.raises(BadImage, match=sentence):
            read_picture_file(path)


# A process of its own for the whole corpus, so that the peak of its children is theirs and not that of the test run.
READ_ALL = """
import json, resource, sys
from concurrent.futures import ThreadPoolExecutor
from moderation.errors import BadImage
from moderation.uploads.uploads import read_upload
from tests.moderation.malformed import corpus

def said(content):
    try:
        return f"read: {read_upload(content).shape}"
    except BadImage as refusal:
        return str(refusal)

files = corpus()
with ThreadPoolExecutor(2) as two:
    answers = dict(zip(files, two.map(said, files.values())))
# Not RUSAGE_SELF: its peak counts the process that this one was forked from.
itself = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:"))
peaks = [int(itself.split()[1]) // 1024, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024]
print(json.dumps([answers, peaks]))
"""


@pytest.fixture(scope="module")
def answers() -> tuple[dict[str, str], list[int]]:
    """What each malformed file was answered, and the peak memory in MB of the reading process and of the largest child."""
    run = subprocess.run([sys.executable, "-c", READ_ALL], cwd=ROOT, capture_output=True, text=True, check=True)
    said, peaks = json.loads(run.stdout)
    return said, peaks


@pytest.mark.parametrize("kind", BASES)
def test_every_malformed_file_is_refused_with_one_sentence(answers: tuple[dict[str, str], list[int]], kind: str) -> None:
    said = {name: sentence for name, sentence in answers[0].items() if name.startswith(f"{kind}, ")}
    assert len(said) >= 25
    assert {
        name: one
        for name, one in said.items()
        if not (one.startswith(("This ", "The colour ")) and one.endswith(".")) or "\n" in one
    } == {}


def test_the_malformed_files_are_many_and_take_little_memory(answers: tuple[dict[str, str], list[int]]) -> None:
    said, peaks = answers
    assert len(said) >= 200
    assert max(peaks) < 500


def test_the_malformed_files_are_the_same_on_every_run() -> None:
    assert corpus() == corpus()


def test_the_pictures_of_a_folder_come_by_name_and_other_files_do_not(tmp_path: Path) -> None:
    Image.new("RGB", (80, 90), "#336699").save(tmp_path / "b.PNG")
    Image.new("RGB", (70, 80), "#336699").save(tmp_path / "a.jpg")
    (tmp_path / "notes.txt").write_text("none")
    assert [(name, picture.shape) for name, picture in pictures_in(tmp_path)] == [("a", (80, 70, 3)), ("b", (90, 80, 3))]
    assert list(pictures_in(None)) == []
    with pytest.raises(BadImage, match="cannot be read"):
        list(pictures_in(tmp_path / "nowhere"))
