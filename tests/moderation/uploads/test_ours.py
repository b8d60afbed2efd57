"""An image of the studio handed in as something from outside is known again, however it was saved; other pictures are not."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from moderation.errors import BadRequest
from moderation.faces.outline import Fit, Grey, best_fit, canvas
from moderation.faces.reader import FaceReader
from moderation.uploads.bases import Bases, Handed, fit
from moderation.uploads.ours import OwnImages
from moderation.vault.seal import SOURCE_TYPES, seal
from moderation.vault.vault import Shelf
from tests.moderation.enrolment.newcomer import developed, plates
from tests.moderation.scene import MAYA, insert
from tests.moderation.sealed_scene import SealedScene
from tests.moderation.uploads.test_bases import Eyes, png

Picture = np.ndarray
GENERATED = SOURCE_TYPES + "trainedAlgorithmicMedia"


@dataclass
class Drawing(Eyes):
    """Eyes that draw heads as the studio's own do."""

    reader: FaceReader | None = None
    drawn: int = 0

    def outline(self, picture: Picture) -> Grey | None:  # type: ignore[override]
        assert self.reader is not None
        self.drawn += 1
        faces = self.reader.read(picture)
        return canvas(picture, faces[0].landmarks) if faces else None

    def fit(self, outline: Grey, others: Mapping[str, Grey]) -> Fit:  # type: ignore[override]
        return best_fit(outline, others)


def saved(picture: Picture, quality: int) -> Picture:
    return np.asarray(Image.open(io.BytesIO(png(picture, "JPEG", quality=quality))).convert("RGB"))


def sized(picture: Picture, scale: float) -> Picture:
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def cropped(picture: Picture) -> Picture:
    down, right = (round(side * 0.05) for side in picture.shape[:2])
    return np.ascontiguousarray(picture[down:-down, right:-right])


COPIES: dict[str, Callable[[Picture], Picture]] = {
    "JPEG 60": lambda picture: saved(picture, 60),
    "half as large": lambda picture: saved(sized(picture, 0.5), 85),
    "half as large again": lambda picture: saved(sized(picture, 1.5), 85),
    "cropped": lambda picture: saved(cropped(picture), 85),
    "mirrored": lambda picture: saved(np.ascontiguousarray(picture[:, ::-1]), 85),
    "all at once": lambda picture: saved(sized(cropped(picture), 0.5), 60),
}


class Painted(SealedScene):
    """Images of Nora with her face in them, as developed plates."""

    def __init__(self, home: Path, reader: FaceReader) -> None:
        super().__init__(home)
        self.lines = plates("nora")
        self.eyes = Drawing(reader=reader)
        self.own = OwnImages(self.database, self.vault, lambda: self.eyes)
        for number in (0, 1, 2):
            self.enter(f"image-{number}", developed(self.lines[number], "warm side"))

    def enter(self, render_id: str, picture: Picture) -> None:
        self.order(render_id, state="her turn")
        sealed = seal(picture, "Made with AI.", GENERATED)
        self.vault.keep(Shelf.PREVIEW, render_id, sealed.preview)
        with self.database.write("worker") as tx:
            sizes = {"width": sealed.width, "height": sealed.height, "bytes": len(sealed.content)}
            hashes = {name: getattr(sealed, name) for name in ("sealed_sha256", "pixels_sha256", "preview_sha256")}
            more = {"source_type": GENERATED, "disclosure_text": "Made with AI.", "sealed_at": tx.now}
            insert(tx, "submission", {"render_id": render_id, **hashes, **sizes, **more})


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory, face_reader: FaceReader) -> Painted:
    return Painted(tmp_path_factory.mktemp("ours") / "home", face_reader)


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_a_copy_is_known_however_it_was_saved(painted: Painted, copy: Callable[[Picture], Picture]) -> None:
    with pytest.raises(BadRequest, match="an image of this studio"):
        painted.own.refuse_alike(fit(copy(developed(painted.lines[1], "warm side"))), "nora")


def test_other_pictures_of_hers_and_of_others_and_none_at_all_are_not(painted: Painted) -> None:
    def is_known(picture: Picture, twin_id: str) -> bool:
        try:
            painted.own.refuse_alike(picture, twin_id)
        except BadRequest:
            return True
        return False

    others = [*(developed(line) for line in painted.lines[3:6]), developed(plates("mei")[0])]
    assert [is_known(picture, "nora") for picture in others] == [False] * 4
    assert not is_known(np.full((200, 200, 3), 90, np.uint8), "nora")
    assert not is_known(developed(painted.lines[1], "warm side"), "amara")
    assert is_known(developed(painted.lines[1], "warm side"), "nora")


def test_what_was_made_of_a_picture_from_outside_does_not_keep_that_picture_out(tmp_path: Path, face_reader: FaceReader) -> None:
    scene = Painted(tmp_path / "home", face_reader)
    photograph = developed(scene.lines[4])
    for name in ("made", "again"):
        scene.enter(name, photograph)
    with scene.database.write("maya") as tx:
        insert(tx, "edit_upload", {"render_id": "made", "base_id": "base", "created_at": tx.now})
        insert(tx, "edit_mask", {"render_id": "again", "base_id": "made", "created_at": tx.now})
    scene.own.refuse_alike(saved(photograph, 80), "nora")
    with pytest.raises(BadRequest, match="an image of this studio"):  # the very pixels are, of course
        scene.own.refuse_exact(b"another file", photograph, fit(photograph))


def test_each_image_is_drawn_once_a_new_one_is_known_at_once_and_none_stays_that_is_gone(
    tmp_path: Path, face_reader: FaceReader
) -> None:
    scene = Painted(tmp_path / "home", face_reader)
    assert set(scene.own.outlines("nora")) == {"image-0", "image-1", "image-2"}
    scene.enter("image-3", developed(scene.lines[3]))
    assert set(scene.own.outlines("nora")) == {"image-0", "image-1", "image-2", "image-3"}
    assert scene.eyes.drawn == 4
    with scene.database.write("test") as tx:
        tx.execute("UPDATE render SET twin_id = 'amara' WHERE id = 'image-1'")
    assert set(scene.own.outlines("nora")) == {"image-0", "image-2", "image-3"}


def test_a_creative_hears_it_and_nothing_is_kept(painted: Painted) -> None:
    bases = Bases(painted.database, painted.vault, None, lambda: painted.eyes)  # type: ignore[arg-type]
    copy = png(saved(developed(painted.lines[0], "warm side"), 70))
    with pytest.raises(BadRequest, match="choose it on the film strip"):
        bases.take(MAYA, "nora", Handed("found.png", copy))
    assert bases.of(MAYA) == []
    assert bases.take(MAYA, "nora", Handed("new.png", png(developed(painted.lines[5]))))
