"""A course learns, can be left and resumed, and what it writes as ONNX says what the network says."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from insightface.model_zoo.scrfd import SCRFD

from moderation.faces.session import options
from moderation.faces.teaching.course import MODEL, Course, take
from moderation.faces.teaching.network import NUMBERS, FaceNetwork
from moderation.faces.teaching.written import anchors_of, detector_bytes
from tests.moderation.faces.teaching.drawn import drawn_sitter

MOST_BYTES = 1_000_000


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def test_a_few_steps_make_it_less_wrong_and_a_resumed_course_goes_on_with_the_same_steps(tmp_path: Path) -> None:
    whole, halved = tmp_path / "whole", tmp_path / "halved"
    for folder in (whole, halved):
        folder.mkdir()
    losses = []
    course = Course([drawn_sitter()], whole, steps=6, seed=3)
    while course.step < 6:
        losses.append(course.learn())
    assert np.mean(losses[3:]) < np.mean(losses[:3])
    course.save()
    first = Course([drawn_sitter()], halved, steps=6, seed=3)
    for _ in range(3):
        first.learn()
    first.save()
    take(Course([drawn_sitter()], halved, steps=6, seed=3), halved, every=3)
    assert (halved / MODEL).read_bytes() == (whole / MODEL).read_bytes()
    (line,) = (json.loads(line) for line in (halved / "log.jsonl").read_text().splitlines())
    assert line["step"] == 6


def test_the_written_model_says_what_the_network_says_and_insightface_takes_it(tmp_path: Path) -> None:
    torch.manual_seed(2)
    network = FaceNetwork()
    network(torch.randn(4, 3, 64, 64))  # the norms have seen something
    network.eval()
    content = detector_bytes(network)
    assert len(content) <= MOST_BYTES
    assert content == detector_bytes(network)
    picture = torch.randn(1, 3, 96, 160)
    answers = onnxruntime.InferenceSession(content, options(1)).run(None, {"input": picture.numpy()})
    with torch.no_grad():
        score, sides, shifts = network(picture)
    expected = [torch.sigmoid(one)[0] for one in score] + [one[0] for one in (*sides, *shifts)]
    assert [answer.shape for answer in answers] == [(count, n) for n in NUMBERS for count in anchors_of(96, 160)]
    assert max(float(np.abs(one - other.numpy()).max()) for one, other in zip(answers, expected, strict=True)) < 1e-3
    file = tmp_path / "detection.onnx"
    file.write_bytes(content)
    found = SCRFD(str(file), onnxruntime.InferenceSession(content, options(1)))
    found.prepare(-1, det_thresh=0.0001)
    boxes, points = found.detect(np.zeros((60, 90, 3), np.uint8), input_size=(96, 64))
    assert points.shape == (len(boxes), 5, 2)
