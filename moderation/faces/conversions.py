"""How a pack's models are made of the files that its publisher gives: as they are, out of an archive, or re-expressed."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import onnx
from onnx import helper, numpy_helper

from moderation.errors import PackRefused
from moderation.faces.mesonet import mesonet_graph, read_h5
from moderation.faces.yunet import scrfd_of_yunet

Contents = Sequence[bytes]
MEMBER = "member "
"""“member det.onnx” takes that file out of a ZIP archive."""
LARGEST_MEMBER = 1_000_000_000


def made(how: str, contents: Contents) -> bytes:
    """The ONNX model made of its source files by the conversion named in the catalogue. Raises PackRefused."""
    if how.startswith(MEMBER):
        return _member(_only(contents), how.removeprefix(MEMBER))
    if how not in CONVERSIONS:
        raise PackRefused(f"No conversion is called {how!r}.")
    return CONVERSIONS[how](contents)


def _only(contents: Contents) -> bytes:
    if len(contents) != 1:
        raise PackRefused("This conversion takes one file.")
    return contents[0]


def _member(content: bytes, name: str) -> bytes:
    """One file of a ZIP archive, whatever folder it lies in; the others are not even unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = [one for one in archive.infolist() if not one.is_dir() and one.filename.rsplit("/", 1)[-1] == name]
            if len(found) != 1 or found[0].file_size > LARGEST_MEMBER:
                raise PackRefused(f"The archive does not hold exactly one {name} of a sensible size.")
            return archive.read(found[0])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise PackRefused("The archive is no ZIP file that can be read.") from error


def _levels_again(contents: Contents) -> bytes:
    """SFace takes RGB levels 0..255, insightface hands over (value - 127.5) / 127.5, and as many faces as there are."""
    try:
        model = onnx.load_model_from_string(_only(contents))
    except PackRefused:
        raise
    except Exception as error:  # protobuf and onnx raise their own kinds
        raise PackRefused("The SFace file is no ONNX model.") from error
    graph = model.graph
    kept = {one.name for one in graph.initializer}
    pictures = [one for one in graph.input if one.name not in kept]
    if len(pictures) != 1 or len(graph.output) != 1:
        raise PackRefused("The SFace file has another number of inputs or outputs than one.")
    name = pictures[0].name
    for node in graph.node:
        node.input[:] = ["face_levels" if one == name else one for one in node.input]
    half = numpy_helper.from_array(np.asarray(127.5, np.float32), "face_half")
    graph.initializer.append(half)
    graph.node.insert(0, helper.make_node("Mul", [name, "face_half"], ["face_wide"], name="face_n0"))
    graph.node.insert(1, helper.make_node("Add", ["face_wide", "face_half"], ["face_levels"], name="face_n1"))
    for value in (pictures[0], graph.output[0]):
        value.type.tensor_type.shape.dim[0].dim_param = "n"
    del graph.value_info[:]
    return bytes(model.SerializeToString(deterministic=True))


CONVERSIONS: Mapping[str, Callable[[Contents], bytes]] = {
    "as it is": _only,
    "YuNet to SCRFD": lambda contents: scrfd_of_yunet(_only(contents)),
    "SFace to ArcFace": _levels_again,
    "Meso4 to ONNX": lambda contents: mesonet_graph([read_h5(content) for content in contents]),
}
