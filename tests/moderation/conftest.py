"""The default face pack, converted once a test run."""

from pathlib import Path

import pytest

from moderation.faces.cc0 import cc0_sources, ready_cc0
from moderation.faces.pack import Pack
from moderation.faces.reader import FaceReader


@pytest.fixture(scope="session")
def cc0_pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The CC0 pack in a folder of its own; tests that alter it take a copy."""
    folder: Path = tmp_path_factory.mktemp("packs") / "cc0"
    return ready_cc0(folder, cc0_sources(), lambda _words, _part: None)


@pytest.fixture(scope="session")
def face_reader(cc0_pack: Pack) -> FaceReader:
    """The real reader on one thread."""
    return FaceReader(cc0_pack, threads=1)
