"""The blend detector finds a pasted face in a picture of the cast, and whatever keeps it from looking clears nothing."""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from moderation.errors import PackRefused, Unexaminable
from moderation.faces.chip import MEAN_FACE
from moderation.faces.onnx_graph import Graph
from moderation.faces.reader import FaceReader
from moderation.safeguards.blend import BlendModel, blend_safeguard, read_card
from moderation.safeguards.forging import by_affine_paste
from moderation.safeguards.head import square_around
from tests.moderation.safeguards.exhibits import PICTURE, Seen, exhibit, face
from twin.plates.plate import develop, read_index, read_plate
from twin.plates.specimens import drawn_look

ASSETS = Path(__file__).parents[3] / "assets"
BLEND = ASSETS / "blend"
POINTS = (np.array(MEAN_FACE) * 40 + (40, 50)).astype(np.float32)
SIDE = 16


def seen(side: float = 80.0, points: np.ndarray = POINTS) -> Seen:
    return Seen(np.zeros(2, np.float32), side=side, landmarks=points)


def shipped_as(folder: Path, model: bytes, **told: object) -> Path:
    """A folder with this model and a card."""
    folder.mkdir(exist_ok=True)
    (folder / "blend.onnx").write_bytes(model)
    card = {"name": "seams", "file": "blend.onnx", "sha256": hashlib.sha256(model).hexdigest(), "side": SIDE}
    (folder / "model.json").write_text(json.dumps({**card, "refer": 0.4, "block": 0.8, **told}))
    return folder


def brightness() -> bytes:
    """A model whose map is the brightness of each quarter of the crop, and whose score is their mean."""
    graph = Graph("brightness")
    grey = graph.node("ReduceMean", "face", graph.constant([1]), keepdims=1)
    grid = graph.node("AveragePool", grey, kernel_shape=[SIDE // 2, SIDE // 2], strides=[SIDE // 2, SIDE // 2])
    grid = graph.node("Mul", graph.node("Squeeze", grid, graph.constant([1])), graph.number(1 / 255))
    graph.node("Identity", grid, output="map")
    graph.node("ReduceMean", grid, graph.constant([1, 2]), keepdims=0, output="score")
    shapes = {"score": ("float32", ("n",)), "map": ("float32", ("n", 2, 2))}
    return graph.write({"face": ("float32", ("n", 3, SIDE, SIDE))}, shapes)


def answering(score: float, grid: float = 0.1, cells: tuple[int, ...] = (1, 2, 2)) -> bytes:
    """A model that says the same of every face."""
    graph = Graph("constant")
    graph.node("Identity", graph.constant(np.full(1, score, np.float32)), output="score")
    graph.node("Identity", graph.constant(np.full(cells, grid, np.float32)), output="map")
    names = ("n", "rows", "columns")[: len(cells)]
    return graph.write({"face": ("float32", ("n", 3, SIDE, SIDE))}, {"score": ("float32", ("n",)), "map": ("float32", names)})


def endless() -> bytes:
    """A model that counts for hours before it answers."""
    float_info, long_info = (
        helper.make_tensor_value_info(n, t, []) for n, t in (("x", TensorProto.FLOAT), ("i", TensorProto.INT64))
    )
    true_in, true_out = (helper.make_tensor_value_info(n, TensorProto.BOOL, []) for n in ("on", "still"))
    body = helper.make_graph(
        [helper.make_node("Identity", ["on"], ["still"]), helper.make_node("Sin", ["x"], ["y"])],
        "body", [long_info, true_in, float_info], [true_out, helper.make_tensor_value_info("y", TensorProto.FLOAT, [])],
    )  # fmt: skip
    whole = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["face"], ["start"], keepdims=0),
            helper.make_node("Loop", ["rounds", "go", "start"], ["score0"], body=body),
            helper.make_node("Reshape", ["score0", "one"], ["score"]),
            helper.make_node("ReduceMean", ["face", "channel"], ["map"], keepdims=0),
        ],
        "endless",
        [helper.make_tensor_value_info("face", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])],
        [
            helper.make_tensor_value_info("score", TensorProto.FLOAT, [1]),
            helper.make_tensor_value_info("map", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor("rounds", TensorProto.INT64, [], [10**11]),
            helper.make_tensor("go", TensorProto.BOOL, [], [True]),
            helper.make_tensor("one", TensorProto.INT64, [1], [1]),
            helper.make_tensor("channel", TensorProto.INT64, [1], [1]),
        ],
    )
    return bytes(helper.make_model(whole, opset_imports=[helper.make_opsetid("", 18)], ir_version=9).SerializeToString())


def test_score_and_map_are_those_of_the_square_around_the_face(tmp_path: Path) -> None:
    picture = np.full((200, 200, 3), 51, np.uint8)
    picture[:, : int(square_around(POINTS).left + square_around(POINTS).side / 2)] = 102
    found = BlendModel(read_card(shipped_as(tmp_path, brightness()))).traces(picture, (seen(),))
    assert found.score == pytest.approx(0.3, abs=0.01)
    assert found.grid == pytest.approx(np.array([[0.4, 0.2], [0.4, 0.2]]), abs=0.02)
    assert found.box == square_around(POINTS).box


def test_the_most_suspicious_face_decides_and_small_ones_are_not_asked(tmp_path: Path) -> None:
    picture = np.full((400, 200, 3), 51, np.uint8)
    picture[200:] = 204
    below = POINTS + np.array([0, 240], np.float32)
    model = BlendModel(read_card(shipped_as(tmp_path, brightness())))
    both = model.traces(picture, (seen(), seen(points=below)))
    assert both.score > 0.7
    assert both.box == square_around(below).box
    assert model.traces(picture, (seen(), seen(side=39.0, points=below))).score < 0.3


@pytest.mark.parametrize("faces", [(), (face(0, side=39.0),)])
def test_without_a_face_to_search_nothing_clears(tmp_path: Path, faces: tuple[Seen, ...]) -> None:
    with pytest.raises(Unexaminable, match="No face"):
        blend_safeguard(shipped_as(tmp_path, brightness())).examine(exhibit(*faces))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (answering(float("nan")), "score that makes no sense"),
        (answering(1.5), "score that makes no sense"),
        (answering(0.1, float("nan")), "map that makes no sense"),
        (answering(0.1, cells=(2, 2)), "another shape"),
        (answering(0.1, cells=(3, 2, 2)), "another shape"),
    ],
)
def test_an_answer_that_makes_no_sense_clears_nothing(tmp_path: Path, model: bytes, words: str) -> None:
    with pytest.raises(Unexaminable, match=words):
        blend_safeguard(shipped_as(tmp_path, model)).examine(exhibit(seen()))


def test_a_missing_an_altered_and_a_foreign_file_clear_nothing(tmp_path: Path) -> None:
    folder = shipped_as(tmp_path, answering(0.1))
    (folder / "blend.onnx").write_bytes(answering(0.2))
    with pytest.raises(PackRefused, match=r"not the one that was installed; install the studio again\."):
        blend_safeguard(folder).examine(exhibit(seen()))
    (folder / "blend.onnx").unlink()
    with pytest.raises(PackRefused, match="cannot be read"):
        blend_safeguard(folder).examine(exhibit(seen()))
    with pytest.raises(PackRefused, match="not one that can run here"):
        blend_safeguard(shipped_as(tmp_path, b"no model at all")).examine(exhibit(seen()))


@pytest.mark.parametrize("told", [{"refer": "high"}, {"refer": 0.9}, {"sha256": "0"}, {"side": None}, {"file": 3}])
def test_a_card_that_makes_no_sense_clears_nothing(tmp_path: Path, told: dict[str, object]) -> None:
    with pytest.raises(PackRefused, match="card"):
        blend_safeguard(shipped_as(tmp_path, answering(0.1), **told)).examine(exhibit(seen()))
    with pytest.raises(PackRefused, match="card cannot be read"):
        blend_safeguard(tmp_path / "nowhere").examine(exhibit(seen()))


def test_a_model_that_does_not_answer_in_time_clears_nothing(tmp_path: Path) -> None:
    model = BlendModel(read_card(shipped_as(tmp_path, endless())), patience_s=0.3)
    with pytest.raises(Unexaminable, match=r"did not answer within 0\.3 seconds"):
        model.traces(PICTURE, (seen(),))


def test_the_shipped_model_is_the_one_on_its_card_and_small() -> None:
    card = read_card(BLEND)
    content = card.file.read_bytes()
    assert hashlib.sha256(content).hexdigest() == card.sha256
    assert len(content) <= 8_000_000
    onnx.checker.check_model(onnx.load_from_string(content))


@pytest.mark.slow
def test_of_held_out_plates_none_is_referred_and_a_pasted_face_raises_the_score(face_reader: FaceReader) -> None:
    """The model card says how many pastes pass; this asks only that the shipped model looks at what is pasted."""
    model = BlendModel(read_card(BLEND))
    chance = np.random.default_rng(11)
    lines = [line for line in read_index(ASSETS / "plates") if line["split"] == "held out"][:5]
    pictures = [develop(read_plate(ASSETS / "plates", line), drawn_look(line["garment"], chance)) for line in lines]
    faces = [face_reader.read(picture)[0] for picture in pictures]
    limit = read_card(BLEND).limits.refer
    untouched = [model.traces(picture, (face,)).score for picture, face in zip(pictures, faces, strict=True)]
    assert max(untouched) < limit
    pasted = []
    for index, (picture, own) in enumerate(zip(pictures, faces, strict=True)):
        other = (index + 1) % len(pictures)
        forged = by_affine_paste(picture, own.landmarks, pictures[other], faces[other].landmarks)
        pasted.append(model.traces(forged, (own,)).score)
    assert sum(after > before for before, after in zip(untouched, pasted, strict=True)) >= 4
    assert np.mean(pasted) > np.mean(untouched) + 0.05
