"""YuNet in SCRFD's contract says what YuNet says, and insightface takes it."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from insightface.model_zoo.scrfd import SCRFD

from moderation.errors import PackRefused
from moderation.faces.session import options
from moderation.faces.yunet import scrfd_of_yunet
from tests.moderation.faces.little_models import STRIDES, detector, yunet


def run(content: bytes, picture: np.ndarray) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(content, options(1))
    return dict(zip([one.name for one in session.get_outputs()], session.run(None, {"input": picture}), strict=True))


def test_scores_boxes_and_points_are_those_that_yunet_decodes_to() -> None:
    levels = np.random.default_rng(1).uniform(0, 255, (1, 3, 640, 640)).astype(np.float32)
    raw = run(yunet(), levels)
    said = run(scrfd_of_yunet(yunet()), (levels[:, ::-1] - 127.5) / 128)
    for stride in STRIDES:
        score, box, points = (said[f"{name}_{stride}_scrfd"] for name in ("score", "bbox", "kps"))
        assert np.allclose(score[::2, 0], np.sqrt(raw[f"cls_{stride}"] * raw[f"obj_{stride}"])[0, :, 0], atol=1e-5)
        assert not score[1::2].any(), "the second anchor never scores"
        side = 640 // stride
        column, row = (part.reshape(-1) for part in np.meshgrid(np.arange(side), np.arange(side)))
        x, y, wide, high = raw[f"bbox_{stride}"][0].T
        left, top = (column + x - np.exp(wide) / 2) * stride, (row + y - np.exp(high) / 2) * stride
        right, bottom = left + np.exp(wide) * stride, top + np.exp(high) * stride
        centre = np.stack([column, row], axis=1) * stride
        found = np.concatenate([centre - box[::2, :2] * stride, centre + box[::2, 2:] * stride], axis=1)
        assert np.allclose(found, np.stack([left, top, right, bottom], axis=1), atol=1e-3)
        assert np.allclose(points[::2], raw[f"kps_{stride}"][0], atol=1e-5)


def test_insightface_opens_it_at_any_size(tmp_path: Path) -> None:
    file = tmp_path / "detection.onnx"
    file.write_bytes(scrfd_of_yunet(yunet()))
    found = SCRFD(str(file), onnxruntime.InferenceSession(str(file), options(1)))
    found.prepare(-1, det_thresh=0.01, nms_thresh=0.4)
    boxes, points = found.detect(np.full((100, 80, 3), 90, np.uint8), input_size=(96, 128))
    assert boxes.shape[1] == 5
    assert points.shape == (len(boxes), 5, 2)


@pytest.mark.parametrize("content", [b"no model", detector()])
def test_another_model_is_refused(content: bytes) -> None:
    with pytest.raises(PackRefused, match="YuNet"):
        scrfd_of_yunet(content)


def test_the_same_file_becomes_the_same_bytes() -> None:
    assert scrfd_of_yunet(yunet()) == scrfd_of_yunet(yunet())
    assert [one.name for one in onnx.load_model_from_string(scrfd_of_yunet(yunet())).graph.output][:3] == [
        f"score_{stride}_scrfd" for stride in STRIDES
    ]
