"""Training learns, can be taken up again, and what it exports answers as torch does."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from moderation.faces.chip import MEAN_FACE
from moderation.safeguards.exhibit import SeenFace
from moderation.safeguards.head import square_around
from moderation.safeguards.teaching.network import GRID, SIDE, BlendNetwork, as_onnx
from moderation.safeguards.teaching.pairs import VISIBLE, Sitter, lesson
from moderation.safeguards.teaching.school import PATCH, PLAIN, SEAM_WEIGHT, Course, School, batch_of, patch_of
from moderation.safeguards.teaching.train import ROOM, sitters_of
from tests.moderation.safeguards.exhibits import face

POINTS = (np.array(MEAN_FACE) * 60 + (70, 60)).astype(np.float32)
LIGHTS = tuple(np.random.default_rng(seed).integers(60, 190, (200, 200, 3)).astype(np.uint8) for seed in (2, 3))
SITTER = Sitter("nobody", LIGHTS, POINTS)


@pytest.fixture(scope="module")
def network() -> BlendNetwork:
    torch.manual_seed(3)
    return BlendNetwork()


def answered(model: bytes, pictures: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    score, grid = session.run(["score", "map"], {"face": pictures.numpy()})
    return score, grid


def test_the_exported_model_answers_as_the_network_does(network: BlendNetwork) -> None:
    pictures = torch.rand(2, 3, SIDE, SIDE) * 255
    network.train()
    network(pictures)  # gives the normalisation something to fold
    network.eval()
    torch.nn.init.normal_(network.judge.weight)
    with torch.inference_mode():
        cells, logits = network(pictures)
        wanted = torch.sigmoid(logits), torch.sigmoid(cells)
    score, grid = answered(as_onnx(network, whole=True), pictures)
    assert grid.shape == (2, GRID, GRID)
    assert score == pytest.approx(wanted[0].numpy(), abs=1e-4)
    assert grid == pytest.approx(wanted[1].numpy(), abs=1e-3)


def test_weights_in_eight_bits_take_a_quarter_and_answer_nearly_alike(network: BlendNetwork) -> None:
    pictures = torch.rand(2, 3, SIDE, SIDE) * 255
    network.eval()
    whole, small = as_onnx(network, whole=True), as_onnx(network)
    assert len(small) < 0.3 * len(whole)
    for one, other in zip(answered(whole, pictures), answered(small, pictures), strict=True):
        assert one == pytest.approx(other, abs=0.02)
        assert (one != other).any()


def test_a_strong_cell_lifts_the_score_and_an_even_map_scores_its_own_level() -> None:
    fresh = BlendNetwork()
    even = torch.full((1, GRID, GRID), -2.0)
    assert float(fresh.leaning(even).detach()) == pytest.approx(-2.0, abs=1e-4)
    even[0, 3, 4] = 6.0
    assert float(fresh.leaning(even).detach()) > 2.0


def test_a_batch_tells_which_cells_hold_the_seam() -> None:
    pairs = [lesson(SITTER, SIDE, np.random.default_rng(seed), 12.0) for seed in range(3)]
    batch = batch_of(pairs)
    assert batch.pictures.shape == (6, 3, SIDE, SIDE)
    assert np.array_equal(batch.pictures[1].permute(1, 2, 0).numpy(), pairs[1].untouched)
    assert np.array_equal(batch.pictures[4].permute(1, 2, 0).numpy(), pairs[1].blended)
    assert (batch.held.sum(dim=(1, 2)) > 3).all()
    row, column = (int(at) // (SIDE // GRID) for at in np.unravel_index(pairs[0].seam.argmax(), pairs[0].seam.shape))
    assert batch.held[0, row, column] == 1
    assert batch.weights[0][batch.held[0] == 1].max() == SEAM_WEIGHT


def test_patches_are_windows_of_both_copies_and_mostly_hold_a_seam() -> None:
    pair = lesson(SITTER, SIDE, np.random.default_rng(1), 12.0)
    patches = [patch_of(pair, np.random.default_rng(seed)) for seed in range(30)]
    assert {one.untouched.shape for one in patches} == {(PATCH, PATCH, 3)}
    assert sum(one.seam.max() > 0.3 for one in patches) > 20
    assert all((one.untouched == one.blended).all() for one in patches if not one.apart.any())


def test_blends_grow_fainter_and_faces_whole() -> None:
    course = Course(steps=1000, plain=0.25, whole=0.25)
    visible = [course.visible_at(step) for step in (0, 100, 250, 900)]
    assert visible == [PLAIN, pytest.approx(8.2), VISIBLE, VISIBLE]
    assert [course.whole_at(step) for step in (0, 700, 800)] == [False, False, True]


def test_a_school_learns_and_goes_on_where_it_left_off(tmp_path: Path) -> None:
    torch.manual_seed(4)
    school = School(BlendNetwork(), [SITTER], Course(steps=4, pairs=2))
    before = {name: value.clone() for name, value in school.network.state_dict().items()}
    school.learn()
    assert any(not torch.equal(value, before[name]) for name, value in school.network.state_dict().items())
    school.save(tmp_path / "checkpoint.pt")
    again = School(BlendNetwork(), [SITTER], Course(steps=4, pairs=2))
    again.take_up(tmp_path / "checkpoint.pt")
    assert again.step == 1
    for name, value in school.network.state_dict().items():
        assert torch.equal(value, again.network.state_dict()[name]), name
    while again.step < again.course.steps:
        off, above = again.learn()
    assert off > 0
    assert 0 <= above <= 1
    assert float(again.network.slope.detach()) != 1.0


def test_the_rate_rises_and_falls() -> None:
    course = Course(steps=1000, rate=1.0)
    rates = [course.rate_at(step) for step in (0, 99, 500, 999)]
    assert rates[1] == pytest.approx(1.0)
    assert rates[0] < 0.02
    assert rates[1] > rates[2] > rates[3]
    assert rates[3] < 1e-3


def test_sitters_are_cut_with_room_and_keep_their_points_on_the_face() -> None:
    class Reader:
        def read(self, picture: np.ndarray) -> tuple[SeenFace, ...]:
            seen = face(0)
            return () if picture.max() == 0 else (seen.__class__(**{**vars(seen), "landmarks": POINTS}),)

    picture = np.full((200, 240, 3), 90, np.uint8)
    x, y = POINTS[4].round().astype(int)
    picture[y - 2 : y + 3, x - 2 : x + 3] = 255
    black = np.zeros_like(picture)
    handed_in = [("one", picture), ("empty", black), ("lit@0", black), ("lit@1", picture), ("lit@2", picture)]
    one, lit = sitters_of(Reader(), handed_in)  # type: ignore[arg-type]
    assert (one.name, len(one.lights), lit.name, len(lit.lights)) == ("one", 1, "lit", 3)
    assert one.lights[0].shape[0] == round(square_around(POINTS).side * ROOM)
    x, y = one.landmarks[4].round().astype(int)
    assert one.lights[0][y, x].min() > 200
    assert [light[y, x].min() > 200 for light in lit.lights] == [False, True, True]


def test_grafts_come_from_the_same_picture_the_same_person_and_anybody(network: BlendNetwork) -> None:
    sitters = [Sitter(name, LIGHTS, POINTS) for name in ("anna_1", "anna-painted-2", "bert_1", "carl_1")]
    school = School(network, sitters, Course(1))
    chance = np.random.default_rng(4)
    drawn = [school._other(sitters[0], chance).name for _ in range(400)]
    assert set(drawn) == {"anna_1", "anna-painted-2", "bert_1", "carl_1"}
    assert 0.7 < np.mean([name.startswith("anna") for name in drawn]) < 0.98
