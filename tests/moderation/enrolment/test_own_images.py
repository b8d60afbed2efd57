"""An image that the studio painted of somebody is no photograph to enrol her by, however it was saved."""

from dataclasses import dataclass
from pathlib import Path

import app
from moderation.enrolment.enrolments import PAINTED, Enrolments, Handed
from moderation.enrolment.looking import Looking
from moderation.enrolment.pose_model import PoseModel
from moderation.faces.reader import FaceReader
from tests.moderation.enrolment.newcomer import developed, jpeg
from tests.moderation.scene import NORA
from tests.moderation.uploads.test_ours import Drawing, Painted, saved, sized


@dataclass
class Looks(Drawing):
    """Eyes that measure photographs as well."""

    pack_sha256: str = "a" * 64

    def looking(self) -> Looking:
        assert self.reader is not None
        return Looking(self.reader, PoseModel.open(app.ASSETS / "pose"), [])


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
