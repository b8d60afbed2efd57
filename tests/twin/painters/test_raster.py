"""The nearest triangle shows, exactly where it covers a pixel's middle."""

import numpy as np

from twin.painters.raster import HEIGHT, WIDTH, shown, weights_at
from twin.painters.standin import Stance


def stance(corners: list[list[float]], depth: list[float], faces: list[list[int]]) -> Stance:
    size = len(corners)
    return Stance(
        np.asarray(corners, np.float32),
        np.asarray(depth, np.float32),
        np.zeros((size, 3), np.float32),
        np.asarray(faces, np.int32),
        np.zeros(len(faces), np.int32),
    )


SQUARE = [[10.0, 20.0], [30.0, 20.0], [30.0, 50.0], [10.0, 50.0]]


def test_two_triangles_fill_their_square_and_nothing_else() -> None:
    face = shown(stance(SQUARE, [1.0] * 4, [[0, 1, 2], [0, 2, 3]])).face
    wanted = np.zeros((HEIGHT, WIDTH), bool)
    wanted[20:50, 10:30] = True
    assert ((face >= 0) == wanted).all()
    assert set(face[wanted]) == {0, 1}


def test_the_nearer_triangle_hides_the_farther_whatever_their_order() -> None:
    corners = [*SQUARE, [0.0, 0.0], [200.0, 0.0], [0.0, 200.0]]
    depth = [1.0] * 4 + [2.0] * 3
    for faces, near in (([[0, 1, 2], [0, 2, 3], [4, 5, 6]], (0, 1)), ([[4, 5, 6], [0, 1, 2], [0, 2, 3]], (1, 2))):
        seen = shown(stance(corners, depth, faces))
        assert set(seen.face[20:50, 10:30].ravel()) == set(near)
        assert seen.depth[30, 15] == 1.0
        assert seen.depth[5, 5] == 2.0


def test_where_nothing_is_there_is_no_depth() -> None:
    seen = shown(stance([[-50.0, -50.0], [-10.0, -50.0], [-50.0, -10.0]], [1.0] * 3, [[0, 1, 2]]))
    assert (seen.face == -1).all()
    assert np.isinf(seen.depth).all()


def test_weights_give_back_the_middle_of_the_pixel() -> None:
    here = stance([[3.2, 4.1], [90.7, 11.3], [20.5, 77.9]], [1.0, 2.0, 3.0], [[0, 1, 2]])
    seen = shown(here)
    at = np.flatnonzero(seen.face >= 0)
    corners = here.faces[seen.face.ravel()[at]]
    weights = weights_at(here, corners, at)
    place = (weights[..., None] * here.corners[corners]).sum(1)
    assert np.allclose(place, np.stack([at % WIDTH + 0.5, at // WIDTH + 0.5], -1), atol=1e-3)
    assert np.allclose((weights * here.depth[corners]).sum(1), seen.depth.ravel()[at], atol=1e-4)
