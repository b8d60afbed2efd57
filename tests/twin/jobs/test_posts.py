"""A post for each GPU, or one for a machine without; whose process knows of its own GPU alone."""

import pytest

from twin.engines.accelerator import Accelerator
from twin.errors import BadValue
from twin.jobs.posts import Post, post_named, post_of, posts

GPUS = (
    Accelerator("H100", 1, 1, "GPU-a", 0),
    Accelerator("A100, slice 0", 1, 1, "MIG-b", 2, 0),
    Accelerator("A100, slice 3", 1, 1, "MIG-c", 2, 3),
)


def test_there_is_one_for_each_gpu_at_most_so_many_and_exactly_one_without() -> None:
    assert [one.name for one in posts(GPUS)] == ["gpu-0", "gpu-2-0", "gpu-2-3"]
    assert [one.name for one in posts(GPUS, 2)] == ["gpu-0", "gpu-2-0"]
    assert posts(()) == posts((), 5) == (Post("cpu"),)


def test_a_process_is_pinned_by_uuid_and_one_without_a_gpu_is_left_as_it_was() -> None:
    around = {"PATH": "/bin", "CUDA_VISIBLE_DEVICES": "0,2"}
    pinned = posts(GPUS)[1].pinned(around)
    assert pinned == {"PATH": "/bin", "CUDA_VISIBLE_DEVICES": "MIG-b", "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
    assert Post().pinned(around) == around
    assert Post("gpu-1", Accelerator("Old", 1, 1, "", 1)).pinned({})["CUDA_VISIBLE_DEVICES"] == "1"


def test_a_worker_is_named_by_its_post_and_a_post_in_its_own_process_by_its_one_gpu() -> None:
    assert post_of(Post("gpu-2-0").worker(77)) == "gpu-2-0"
    assert post_named("gpu-2-3", GPUS[2:]) == Post("gpu-2-3", GPUS[2])
    assert post_named("cpu", GPUS) == Post()
    lost = post_named("gpu-0", ()).gpu
    assert lost is not None, "a GPU that fell silent has no room, and is not the same as none"
    assert lost.free == 0


@pytest.mark.parametrize("name", ["", "../escape", "gpu:0", ".chores", "gpu 0", "gpu--0"])
def test_a_name_that_could_be_no_file_is_refused(name: str) -> None:
    with pytest.raises(BadValue):
        Post(name)
