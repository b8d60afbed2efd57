"""An image that the studio painted of somebody is no photograph to enrol her by, however it was saved."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

import app
from moderation.enrolment.enrolments import PAINTED, Enrolments, Handed
from moderation.enrolment.looking import Looking
from moderation.enrolment.pose_model import PoseModel
from moderation.errors import NotFound
from moderation.faces.reader import FaceReader
from tests.moderation.enrolment.newcomer import developed, jpeg
from tests.moderation.scene import AMARA, MAYA, NORA
from tests.moderation.sealed_scene import SealedScene
from tests.moderation.uploads.test_ours import Drawing, Painted, saved, sized


@dataclass
class Looks(Drawing):
    """Eyes that measure photographs as well."""

    pack_sha256: str = "a" * 64

    def looking(self) -> Looking:
        assert self.reader is not None
        return Looking(self.reader, PoseModel.open(app.ASSETS / "pose"), [])


def test_whoever_hands_in_photographs_of_somebody_else_is_told_of_in_the_chain(tmp_path: Path, face_reader: FaceReader) -> None:
    scene, eyes = SealedScene(tmp_path / "home"), Looks(reader=face_reader)
    keys, photographs = scene.person_keys, scene.photographs
    enrolments = Enrolments(scene.database, scene.vault, photographs, keys, lambda: eyes, demo=False)  # type: ignore[arg-type, return-value]
    for account in (AMARA, MAYA, MAYA):
        with pytest.raises(NotFound):
            enrolments.take(account, "nora", [Handed("a.jpg", b"a file")])
    noted = [(row["actor"], json.loads(row["facts"])["on"]) for row in scene.events("attempt.refused")]
    assert noted == [(AMARA.id, "nora"), (MAYA.id, "nora")]


def test_a_painted_image_is_not_kept_and_a_photograph_beside_it_is(tmp_path: Path, face_reader: FaceReader) -> None:
    scene = Painted(tmp_path / "home", face_reader)
    scene.allow("biometric", "nora")
    eyes = Looks(reader=face_reader)
    enrolments = Enrolments(
        scene.database,
        scene.vault,
        scene.photographs,
        scene.person_keys,
        lambda: eyes,  # type: ignore[arg-type, return-value]
        demo=False,
    )
    painted = saved(sized(developed(scene.lines[1], "warm side"), 0.75), 70)
    files = [Handed("found.jpg", jpeg(painted)), Handed("photo.jpg", jpeg(developed(scene.lines[4])))]
    assert enrolments.take(NORA, "nora", files) == (PAINTED, "")
    assert scene.count("restricted_object") == 1
