"""The default pack as insightface itself loads it: detection, alignment and recognition without a line of ours."""

from pathlib import Path

import numpy as np
import pytest
from insightface.app import FaceAnalysis

from moderation.faces.first_look import FirstLook
from moderation.faces.pack import Pack
from moderation.faces.reader import FaceReader
from moderation.faces.session import PROVIDERS, options
from twin.looks.look import Light, Look, Pose
from twin.plates.plate import develop, read_index, read_plate

PLATES = Path(__file__).parents[3] / "assets" / "plates"
TWINS = ("nora", "amara", "luca")


@pytest.fixture(scope="module")
def portraits() -> list[np.ndarray]:
    """Plates that no training saw, one of each twin."""
    lines = [line for line in read_index(PLATES) if line["split"] == "held out" and line["size"] == "512x640"]
    chosen = [next(line for line in lines if line["twin"] == twin) for twin in TWINS]
    look = Look(Pose(), Light(), chosen[0]["garment"], garment_colour="#7a2433", backdrop_colour="#33455c")
    return [develop(read_plate(PLATES, line), look) for line in chosen]


@pytest.fixture(scope="module")
def analysis(cc0_pack: Pack) -> FaceAnalysis:
    opened = FaceAnalysis(str(cc0_pack.folder), providers=PROVIDERS, sess_options=options(1))
    opened.prepare(-1)
    return opened


def test_unmodified_face_analysis_finds_and_measures_each_face_as_we_do(
    analysis: FaceAnalysis, face_reader: FaceReader, portraits: list[np.ndarray]
) -> None:
    seen = [analysis.get(np.ascontiguousarray(picture[..., ::-1])) for picture in portraits]
    assert [len(faces) for faces in seen] == [1, 1, 1]
    ours = [face_reader.read(picture)[0].template for picture in portraits]
    apart = np.array([[np.linalg.norm(faces[0].embedding - template) for template in ours] for faces in seen])
    assert (apart.argmin(axis=1) == np.arange(len(TWINS))).all(), "aligned by five points, each is nearest to itself"
    assert apart.diagonal().max() < 0.35


def test_a_close_up_several_faces_and_a_picture_on_a_wall_are_found(cc0_pack: Pack, portraits: list[np.ndarray]) -> None:
    look = FirstLook(cc0_pack, 1)
    assert len(look.find(portraits[0][100:400, 120:400])) == 1, "a face that fills the picture"
    assert len(look.find(np.hstack(portraits))) == 3, "three side by side"
    wall = np.full((900, 900, 3), 180, np.uint8)
    wall[120:440:1, 560:816] = portraits[1][::2, ::2]
    wall[260:900, 40:552] = portraits[0]
    assert len(look.find(wall)) == 2, "she stands before a picture of somebody else"
    assert look.find(np.full((700, 500, 3), 128, np.uint8)) == []
