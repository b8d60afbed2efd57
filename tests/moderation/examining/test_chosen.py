"""What somebody chose answers, and when it cannot, nothing else answers in its place."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from moderation.errors import PackRefused
from moderation.examining.chosen import chosen_blend, faces_pack
from moderation.examining.packs import Leave
from moderation.faces.pack import Pack
from moderation.faces.reader import FaceReader
from moderation.safeguards.exhibit import Exhibit
from tests.moderation.examining.test_packs import SFACE, YUNET, Bench, told
from tests.moderation.faces.little_models import recogniser
from tests.moderation.faces.warehouse import Warehouse, opened

SEAMS = told(
    "seams",
    {"seams.onnx": recogniser(1, 64)},
    [
        (
            "manipulation",
            "seams.onnx",
            "as it is",
            {
                "detects": "blend",
                "input_size": [64, 64],
                "outputs": 1,
                "preprocessing": {"mean": 0.0, "std": 1.0},
                "view": "picture",
                "says": "P(real)",
                "refer": 0.5,
                "block": 1.0,
            },
        )
    ],
    answers="manipulation",
    detects="blend",
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    files = {"/yunet.onnx": YUNET, "/sface.onnx": SFACE, "/seams.onnx": recogniser(1, 64)}
    with opened(Warehouse(files=files)) as warehouse:
        yield Bench(tmp_path, warehouse, SEAMS)


def test_nobody_s_choice_is_the_default_pack(bench: Bench, cc0_pack: Pack) -> None:
    assert faces_pack(bench.database, cc0_pack.folder.parent) == cc0_pack
    assert chosen_blend(bench.database, bench.folder, 1) is None


def test_a_chosen_face_pack_reads_from_then_on_and_is_missed_when_it_is_gone(bench: Bench) -> None:
    bench.pull("small")
    bench.packs.use("small", Leave())
    pack = faces_pack(bench.database, bench.folder)
    assert FaceReader(pack, 1).name == "small"
    shutil.rmtree(bench.folder / "small")
    with pytest.raises(PackRefused, match="no pack at"):
        faces_pack(bench.database, bench.folder)


def test_a_chosen_blend_pack_answers_and_never_gives_way_in_silence(bench: Bench) -> None:
    bench.pull("seams")
    bench.packs.use("seams", Leave())
    exhibit = Exhibit(np.zeros((64, 64, 3), np.uint8), "nora", ())
    answer = chosen_blend(bench.database, bench.folder, 1)
    assert answer is not None
    found = answer.examine(exhibit)
    assert (found.safeguard, found.model, found.score) == ("manipulation", "seams", 1.0)
    (bench.folder / "seams" / "manipulation.onnx").write_bytes(b"x")
    broken = chosen_blend(bench.database, bench.folder, 1)
    assert broken is not None
    with pytest.raises(PackRefused, match="was altered"):
        broken.examine(exhibit)
