"""Outside the mask every pixel stays, a face is never inside it, and an edit that cannot be meant is refused."""

import numpy as np
import pytest

from twin.errors import BadValue
from twin.orders.edit import SEAM_PX, Edit, pixels_sha256
from twin.painter import FULLY_GENERATED

BASE = np.random.default_rng(1).integers(0, 256, (96, 80, 3), dtype=np.uint8)
OTHER = np.random.default_rng(2).integers(0, 256, (96, 80, 3), dtype=np.uint8)
MASK = np.zeros((96, 80), np.bool_)
MASK[40:, 10:70] = True
EDIT = Edit(BASE, MASK, FULLY_GENERATED)


def test_outside_the_mask_every_pixel_is_the_old_one_and_deep_inside_the_new() -> None:
    composed = EDIT.composed(OTHER)
    assert np.array_equal(composed[~MASK], BASE[~MASK])
    deep = np.zeros_like(MASK)
    margin = int(SEAM_PX)
    deep[40 + margin :, 10 + margin : 70 - margin] = True
    assert np.array_equal(composed[deep], OTHER[deep])
    row = composed[60, 10 : 10 + margin].astype(float) - BASE[60, 10 : 10 + margin]
    whole = OTHER[60, 10 : 10 + margin].astype(float) - BASE[60, 10 : 10 + margin]
    assert np.abs(row[0]).sum() < np.abs(whole[0]).sum() / 4, "the seam begins with the old picture"


def test_a_face_is_taken_out_of_the_mask_with_room_around_it() -> None:
    spared = EDIT.sparing([(30.0, 36.0, 50.0, 56.0)])
    assert not spared.mask[40:46, 23:57].any()
    assert not spared.mask[36:56, 30:50].any(), "the whole box, its corners too"
    assert not spared.mask[56:59, 38:43].any(), "the chin below it"
    assert spared.mask[62:, 10:70].all(), "but not the collar"
    assert spared.mask[58, 31], "the frame is round like a chin"
    assert EDIT.mask[50, 40], "the edit that was given is unchanged"
    assert np.array_equal(EDIT.sparing([]).mask, MASK)
    assert np.array_equal(EDIT.sparing([(-30.0, -30.0, -5.0, -5.0)]).mask, MASK)


def test_an_edit_of_nothing_but_her_face_is_refused() -> None:
    with pytest.raises(BadValue, match="a face is never repainted"):
        EDIT.sparing([(-10.0, 20.0, 90.0, 110.0)])


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        (np.zeros((96, 80), np.bool_), "Nothing is marked"),
        (np.ones((96, 80), np.bool_), "Everything is marked"),
        (MASK[:-1], "as large as"),
        (MASK.astype(np.uint8), "yes and no"),
    ],
)
def test_an_edit_that_cannot_be_meant_is_refused(mask: np.ndarray, said: str) -> None:
    with pytest.raises(BadValue, match=said):
        Edit(BASE, mask, FULLY_GENERATED)
    with pytest.raises(BadValue):
        EDIT.composed(OTHER[:-1])


def test_its_hashes_tell_picture_and_mask_apart() -> None:
    moved = np.roll(MASK, 1, axis=1)
    told = [
        tuple(one.hashes.values())
        for one in (EDIT, Edit(OTHER, MASK, FULLY_GENERATED), Edit(BASE, moved, FULLY_GENERATED), Edit(BASE, MASK, "x"))
    ]
    assert len(set(told)) == 4
    assert EDIT.hashes["base_sha256"] == pixels_sha256(BASE)
