"""Meso4 as ONNX answers as its Keras layers do, layer by layer, and of two networks the less convinced speaks."""

import io

import numpy as np
import onnxruntime
import pytest
from scipy.signal import correlate

from moderation.errors import PackRefused
from moderation.faces.mesonet import EPSILON, LEAK, POOLS, SIDE, Meso4, mesonet_graph, read_h5
from moderation.faces.session import options
from tests.moderation.faces.little_models import meso4

FACES = np.random.default_rng(9).uniform(0, 1, (2, 3, SIDE, SIDE)).astype(np.float32)


def by_hand(network: Meso4, face: np.ndarray) -> float:
    """The layers as the paper's code stacks them, in rows, columns, channels."""
    value = face.transpose(1, 2, 0).astype(np.float64)
    for kernel, bias, norm, pool in zip(network.kernels, network.biases, network.norms, POOLS, strict=True):
        edge = kernel.shape[0] // 2
        wide = np.pad(value, ((edge, edge), (edge, edge), (0, 0)))
        seen = [correlate(wide, kernel[..., one], mode="valid")[..., 0] for one in range(kernel.shape[3])]
        value = np.maximum(np.stack(seen, axis=-1) + bias, 0)
        gamma, beta, mean, variance = norm
        value = gamma * (value - mean) / np.sqrt(variance + EPSILON) + beta
        rows, columns, channels = value.shape
        value = value.reshape(rows // pool, pool, columns // pool, pool, channels).max(axis=(1, 3))
    (first, first_bias), (last, last_bias) = network.dense
    hidden = value.reshape(-1) @ first + first_bias
    hidden = np.where(hidden > 0, hidden, LEAK * hidden)
    return float(1 / (1 + np.exp(-(hidden @ last + last_bias)[0])))


def test_the_model_says_the_smaller_answer_of_its_networks() -> None:
    networks = [meso4(1), meso4(2)]
    session = onnxruntime.InferenceSession(mesonet_graph(networks), options(1))
    (found,) = session.run(None, {"face": FACES})
    answers = np.array([[by_hand(network, face) for network in networks] for face in FACES])
    assert abs(answers[:, 0] - answers[:, 1]).min() > 1e-3, "the networks differ"
    assert np.allclose(found[:, 0], answers.min(axis=1), atol=1e-5)


def test_a_keras_file_is_read_layer_by_layer() -> None:
    h5py = pytest.importorskip("h5py")
    network, file = meso4(4), io.BytesIO()
    with h5py.File(file, "w") as written:
        names = []
        for at, (kernel, bias, norm) in enumerate(zip(network.kernels, network.biases, network.norms, strict=True), start=5):
            parts = dict(zip(("gamma:0", "beta:0", "moving_mean:0", "moving_variance:0"), norm, strict=True))
            for name, held in ((f"conv2d_{at}", {"kernel:0": kernel, "bias:0": bias}), (f"batch_normalization_{at}", parts)):
                names.append(name)
                for part, value in held.items():
                    written[f"{name}/{name}/{part}"] = value
            names.append(f"max_pooling2d_{at}")
            written.create_group(names[-1])
        for at, (weight, bias) in enumerate(network.dense, start=3):
            names.append(f"dense_{at}")
            written[f"dense_{at}/dense_{at}/kernel:0"], written[f"dense_{at}/dense_{at}/bias:0"] = weight, bias
        written.attrs["layer_names"] = [name.encode() for name in names]
    assert mesonet_graph([read_h5(file.getvalue())]) == mesonet_graph([network])
    with pytest.raises(PackRefused, match="not a Keras file"):
        read_h5(b"no file at all")


def test_another_network_is_refused() -> None:
    right = meso4(1)
    with pytest.raises(PackRefused, match="another network"):
        Meso4(right.kernels[:3], right.biases, right.norms, right.dense)
