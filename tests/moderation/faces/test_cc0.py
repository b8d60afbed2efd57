"""The default pack is converted once, pinned by its sources, and refused when its folder is not as it was written."""

import shutil
from pathlib import Path

import pytest
from insightface.model_zoo.package_manifest import load_model_package

from moderation.errors import PackRefused
from moderation.faces.cc0 import SOURCES, cc0_sources, ready_cc0
from moderation.faces.pack import DETECTION, Pack, open_pack
from moderation.faces.reader import FaceReader


def silent(_words: str, _part: float) -> None:
    """Progress that nobody watches."""


@pytest.fixture
def copied(cc0_pack: Pack, tmp_path: Path) -> Path:
    return Path(shutil.copytree(cc0_pack.folder, tmp_path / "cc0"))


def test_progress_is_told_in_words_and_ends_at_one(cc0_pack: Pack, tmp_path: Path) -> None:
    seen: list[tuple[str, float]] = []
    pack = ready_cc0(tmp_path / "packs" / "cc0", cc0_sources(), lambda words, part: seen.append((words, part)))
    assert [part for _, part in seen] == sorted(part for _, part in seen)
    assert seen[-1][1] == 1.0
    assert pack.sha256 == cc0_pack.sha256, "two conversions give the same bytes"
    assert [path.name for path in pack.folder.parent.iterdir()] == ["cc0"], "nothing half-done stays beside it"


def test_a_finished_pack_is_opened_without_its_sources(copied: Path, tmp_path: Path) -> None:
    assert ready_cc0(copied, tmp_path / "nowhere", silent).name == "cc0-dlib"


def test_insightface_reads_the_manifest(copied: Path) -> None:
    recognition = load_model_package(copied).task("recognition")
    assert (recognition.metadata["input_size"], recognition.metadata["embedding_dimension"]) == ((256, 256), 128)


def test_an_altered_source_is_refused_and_leaves_no_folder(tmp_path: Path) -> None:
    sources = tmp_path / "models"
    sources.mkdir()
    for name, _ in SOURCES.values():
        shutil.copy(cc0_sources() / name, sources / name)
    detector = sources / SOURCES[DETECTION][0]
    detector.write_bytes(detector.read_bytes()[:-1] + b"\x01")
    with pytest.raises(PackRefused, match="not the published one"):
        ready_cc0(tmp_path / "packs" / "cc0", sources, silent)
    assert list((tmp_path / "packs").iterdir()) == []


def test_a_missing_source_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(PackRefused, match="pip install face_recognition_models"):
        ready_cc0(tmp_path / "cc0", tmp_path, silent)


def test_a_missing_file_is_refused(copied: Path) -> None:
    (copied / "landmarks_5.onnx").unlink()
    with pytest.raises(PackRefused, match=r"lacks the file landmarks_5\.onnx"):
        ready_cc0(copied, cc0_sources(), silent)


def test_a_foreign_file_is_refused(copied: Path) -> None:
    (copied / "another.onnx").write_bytes(b"model")
    with pytest.raises(PackRefused, match=r"does not belong to it: another\.onnx"):
        ready_cc0(copied, cc0_sources(), silent)


@pytest.mark.parametrize("file", ["recognition.onnx", "mmod_detection.onnx", "MODEL.LICENSE"])
def test_an_altered_file_is_refused(copied: Path, file: str) -> None:
    content = bytearray((copied / file).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / file).write_bytes(content)
    with pytest.raises(PackRefused, match="was altered"):
        ready_cc0(copied, cc0_sources(), silent)


def test_a_manifest_that_points_outside_is_refused(copied: Path) -> None:
    manifest = copied / "manifest.json"
    manifest.write_text(manifest.read_text().replace("recognition.onnx", "../recognition.onnx"))
    with pytest.raises(PackRefused, match="outside its folder"):
        open_pack(copied)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"manifest_version": 1, "model_id": "x", "tasks": {}}'])
def test_a_manifest_of_another_form_is_refused(copied: Path, text: str) -> None:
    (copied / "manifest.json").write_text(text)
    with pytest.raises(PackRefused):
        open_pack(copied)


def test_a_model_altered_after_the_check_is_refused_when_it_is_loaded(copied: Path) -> None:
    pack = open_pack(copied)
    path = pack.file(DETECTION).path
    path.write_bytes(path.read_bytes() + b"\x00")
    with pytest.raises(PackRefused, match="not the one that was installed"):
        FaceReader(pack, threads=1)
