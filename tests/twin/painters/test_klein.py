"""klein end to end on tiny random weights: what it owes to a recipe, to a cancel, to a face, and to a full GPU."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.twin.cast import WARDROBE
from tests.twin.painters.tiny_klein import CARD, PLENTY, SIZE, Allocator, Pretend, tiny_folder
from twin.engines.modes import MEGAPIXEL, WORKING, Mode, needed, together, weights_in
from twin.errors import BadValue, EngineBroken, LeaseLost, LookRefused, OutOfMemory, PainterUnavailable
from twin.looks.look import Light, Look, Pose
from twin.looks.prompt import IDENTITY, words_of
from twin.orders.edit import Edit
from twin.orders.recipe import Recipe, Sameness, compare, environment_here
from twin.painter import EDITED_PHOTOGRAPH, FULLY_GENERATED, PaintRequest, StepSeen
from twin.painters.device import Cuda, is_broken, is_full
from twin.painters.klein import KleinPainter

LOOK = Look(Pose(yaw=-12.0), Light(), "female_casualsuit01", "#2050a0", "#c8b090", words="a red scarf")
WIDTH, HEIGHT = SIZE
FACE = (48.0, 30.0, 80.0, 62.0)


def picture(seed: int, height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


REFERENCES = (picture(1, 96, 80), picture(2, 112, 96), picture(3, 700, 560))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    return tiny_folder(tmp_path_factory.mktemp("klein") / "weights")


def painter(folder: Path, device: Pretend | None = None, **more: object) -> KleinPainter:
    def words(look: Look, edit: bool) -> str:
        return words_of(look, WARDROBE, edit=edit)

    return KleinPainter(folder, CARD, words, lambda _: [FACE], device or Pretend(), **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def warm(folder: Path) -> KleinPainter:
    return painter(folder)


def request(seed: int = 5, look: Look = LOOK, edit: Edit | None = None) -> PaintRequest:
    return PaintRequest("nora", look, seed, REFERENCES, SIZE, edit)


def ignore(_: StepSeen) -> None:
    """Watch nothing."""


def marked(source_type: str = FULLY_GENERATED) -> Edit:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[40:, 20:110] = True
    return Edit(picture(9), mask, source_type)


def test_it_paints_in_the_size_asked_and_tells_every_step(warm: KleinPainter) -> None:
    seen: list[tuple[int, int]] = []
    painting = warm.paint(request(), lambda one: seen.append((one.step, one.steps)))
    assert painting.picture.shape == (HEIGHT, WIDTH, 3)
    assert painting.picture.std() > 1
    assert seen == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert painting.plate is None
    assert painting.source_type == FULLY_GENERATED


def test_the_recipe_repaints_equal_in_a_new_process_and_another_seed_does_not(warm: KleinPainter, folder: Path) -> None:
    here = environment_here(1)
    warm.paint(request(4), ignore)  # what is remembered of another picture changes nothing
    asked = request()
    painting = warm.paint(asked, ignore)
    recipe = Recipe.from_json(Recipe.of(CARD.name, asked, painting, here).as_json())
    again = painter(folder).paint(recipe.request(REFERENCES), ignore)
    assert compare(painting.picture, again.picture, recipe, here.running(again.ran)).sameness is Sameness.EQUAL
    assert np.abs(warm.paint(request(6), ignore).picture.astype(int) - painting.picture).mean() > 1
    assert (recipe.made_by["mode"], recipe.made_by["pipeline"]) == ("bf16", "Flux2KleinPipeline")
    assert recipe.made_by["prompt"].startswith(IDENTITY)
    assert recipe.environment.device == "a pretended GPU, bf16"
    assert "transformers" in recipe.environment.versions


def test_look_and_references_both_decide_the_picture(warm: KleinPainter) -> None:
    first = warm.paint(request(), ignore).picture
    lit = warm.paint(request(look=replace(LOOK, garment_colour="#aa1111")), ignore).picture
    other = warm.paint(replace(request(), references=REFERENCES[:1]), ignore).picture
    assert not np.array_equal(first, lit)
    assert not np.array_equal(first, other)


def test_a_cancel_stops_it_in_the_middle_and_the_next_picture_owes_it_nothing(warm: KleinPainter) -> None:
    before = warm.paint(request(), ignore).picture
    seen: list[int] = []

    def on_step(one: StepSeen) -> None:
        seen.append(one.step)
        if one.step == 2:
            raise LeaseLost("Cancelled.")

    with pytest.raises(LeaseLost):
        warm.paint(request(8), on_step)
    assert seen == [0, 1, 2]
    assert np.array_equal(warm.paint(request(), ignore).picture, before)


def test_inpainting_changes_the_marked_part_and_neither_face_nor_surroundings(warm: KleinPainter) -> None:
    edit = marked()
    painting = warm.paint(request(edit=edit), ignore)
    left, top, right, bottom = (int(side) for side in FACE)
    face = np.zeros_like(edit.mask)
    face[top:bottom, left:right] = True
    kept = face | ~edit.mask
    assert (face & edit.mask).sum() > 500, "the mask covers the face, or nothing is proven"
    assert np.array_equal(painting.picture[kept], edit.base[kept])
    assert (painting.picture[100:, 30:100] != edit.base[100:, 30:100]).mean() > 0.5
    assert painting.recipe["pipeline"] == "Flux2KleinInpaintPipeline"
    assert np.array_equal(warm.paint(request(edit=edit), ignore).picture, painting.picture)


def test_the_source_type_follows_what_was_repainted(warm: KleinPainter) -> None:
    assert warm.paint(request(edit=marked(FULLY_GENERATED)), ignore).source_type == FULLY_GENERATED
    camera = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
    for photographed in (camera, EDITED_PHOTOGRAPH):
        assert warm.paint(request(edit=marked(photographed)), ignore).source_type == EDITED_PHOTOGRAPH


def test_an_edit_repaints_only_from_its_own_picture_and_mask(warm: KleinPainter) -> None:
    asked = request(edit=marked())
    recipe = Recipe.of(CARD.name, asked, warm.paint(asked, ignore), environment_here(1))
    other = Edit(picture(10), marked().mask, FULLY_GENERATED)
    for wrong in (None, other, marked(EDITED_PHOTOGRAPH)):
        with pytest.raises(Exception, match="not the one"):
            recipe.request(REFERENCES, wrong)


@pytest.mark.parametrize("mode", list(Mode))
def test_the_largest_mode_that_fits_is_taken_and_paints(folder: Path, mode: Mode) -> None:
    device = Pretend(needed(weights_in(folder))[mode])
    tiny = painter(folder, device)
    painting = tiny.paint(request(), ignore)
    assert (tiny.mode, painting.recipe["mode"], painting.recipe["told"]) == (mode, str(mode), [])
    assert painting.picture.std() > 1


def test_offloading_paints_the_picture_of_bf16_and_eight_bits_nearly_so(folder: Path, warm: KleinPainter) -> None:
    wanted = needed(weights_in(folder))
    whole = warm.paint(request(), ignore).picture
    offloaded = painter(folder, Pretend(wanted[Mode.OFFLOAD])).paint(request(), ignore).picture
    quantised = painter(folder, Pretend(wanted[Mode.QUANTISED])).paint(request(), ignore).picture
    assert np.array_equal(offloaded, whole)
    assert 0 < np.abs(quantised.astype(int) - whole).mean() < 20


def test_too_little_memory_says_what_would_be_needed(folder: Path) -> None:
    with pytest.raises(PainterUnavailable, match=r"needs at the least 3\.7 GB of free GPU memory, and 1\.0 GB are free"):
        painter(folder, Pretend(10**9)).paint(request(), ignore)


@pytest.mark.skipif(torch.cuda.is_available(), reason="here is a GPU")
def test_without_a_gpu_that_torch_can_use_it_says_so_before_it_reads_sixteen_gigabytes(folder: Path) -> None:
    read: list[int] = []
    with pytest.raises(PainterUnavailable, match="torch finds none on this machine"):
        painter(folder, Cuda(), whole=lambda: read.append(1)).paint(request(), ignore)  # type: ignore[arg-type]
    assert read == []


def test_out_of_memory_falls_back_once_is_told_and_stays(folder: Path) -> None:
    device = Pretend()
    tiny = painter(folder, device)
    seen: list[int] = []
    with Allocator(250) as full:
        painting = tiny.paint(request(), lambda one: seen.append(one.step))
    assert full.products > 500, "the picture was painted again from its beginning"
    assert seen.count(0) == 2
    assert seen[-5:] == [0, 1, 2, 3, 4]
    assert painting.recipe["told"] == [
        "The GPU ran out of memory with the whole model in bf16; painted with the whole model in eight bits (quantised) instead."
    ]
    assert (tiny.mode, painting.recipe["mode"], device.emptied) == (Mode.QUANTISED, "quantised", 1)
    expected = painter(folder, Pretend(needed(weights_in(folder))[Mode.QUANTISED])).paint(request(), ignore).picture
    assert np.array_equal(painting.picture, expected)
    assert tiny.paint(request(6), ignore).recipe["told"] == []
    assert tiny.mode is Mode.QUANTISED


def test_out_of_memory_twice_ends_in_a_sentence_and_holds_no_model(folder: Path) -> None:
    tiny = painter(folder)
    with Allocator(250, 500), pytest.raises(OutOfMemory, match=r"ran out of GPU memory on a pretended GPU, twice") as told:
        tiny.paint(request(), ignore)
    assert f"{PLENTY / 1e9:.1f} GB are free" in str(told.value)
    assert tiny._pipeline is None
    assert tiny.paint(request(), ignore).picture.shape == (HEIGHT, WIDTH, 3)


def several(*seeds: int) -> list[PaintRequest]:
    return [request(seed) for seed in seeds]


def test_pictures_painted_in_one_go_are_each_as_if_painted_alone(warm: KleinPainter) -> None:
    seen: list[tuple[int, int]] = []
    together = warm.paint_many(several(5, 6, 7, 8), lambda one: seen.append((one.step, one.steps)))
    assert seen == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)], "one call of the pipeline for all four"
    assert len({painting.picture.tobytes() for painting in together}) == 4
    for asked, painting in zip(several(5, 6, 7, 8), together, strict=True):
        recipe = Recipe.from_json(Recipe.of(CARD.name, asked, painting, environment_here(1)).as_json())
        assert recipe.made_by["in_one_go"] == 4
        assert recipe.environment.device == "a pretended GPU, bf16, 4 in one go"
        alone = warm.paint(recipe.request(REFERENCES), ignore)
        assert np.array_equal(alone.picture, painting.picture)
        assert alone.recipe == {name: value for name, value in painting.recipe.items() if name != "in_one_go"}


def test_no_more_are_painted_in_one_go_than_there_is_memory_for(folder: Path, warm: KleinPainter) -> None:
    device = Pretend()
    tiny = painter(folder, device)
    tiny.paint(request(), ignore)
    device.bytes_free = 3 * WORKING * WIDTH * HEIGHT // MEGAPIXEL + 1
    seen: list[tuple[int, int]] = []
    paintings = tiny.paint_many(several(1, 2, 3, 4, 5, 6, 7), lambda one: seen.append((one.step, one.steps)))
    assert [painting.recipe.get("in_one_go", 1) for painting in paintings] == [3, 3, 3, 3, 3, 3, 1]
    assert seen[0] == (0, 12)
    assert seen[-1] == (12, 12)
    assert np.array_equal(paintings[6].picture, warm.paint(request(7), ignore).picture)
    assert together(0, SIZE) == 1


def test_out_of_memory_with_several_goes_on_with_half_as_many_in_the_same_mode(folder: Path, warm: KleinPainter) -> None:
    device = Pretend()
    tiny = painter(folder, device)
    with Allocator(250):
        paintings = tiny.paint_many(several(5, 6, 7, 8), ignore)
    assert [painting.recipe.get("in_one_go", 1) for painting in paintings] == [2, 2, 2, 2]
    assert (tiny.mode, device.emptied) == (Mode.BF16, 1)
    assert [painting.recipe["told"] for painting in paintings] == [[]] * 4
    for asked, painting in zip(several(5, 6, 7, 8), paintings, strict=True):
        assert np.array_equal(painting.picture, warm.paint(asked, ignore).picture)


def test_when_not_even_one_finds_room_the_next_smaller_mode_is_taken_once_and_the_others_go_on_there(folder: Path) -> None:
    tiny = painter(folder)
    with Allocator(250, 260):
        paintings = tiny.paint_many(several(5, 6), ignore)
    assert tiny.mode is Mode.QUANTISED
    assert [len(painting.recipe["told"]) for painting in paintings] == [1, 0]
    assert [painting.recipe["mode"] for painting in paintings] == ["quantised", "quantised"]


def test_what_was_painted_before_the_memory_ran_out_for_good_is_heard_of(folder: Path, warm: KleinPainter) -> None:
    device = Pretend()
    tiny = painter(folder, device)
    tiny.paint(request(), ignore)  # words and references are read once
    with Allocator() as counted:
        tiny.paint(request(), ignore)
    device.bytes_free = 2 * WORKING * WIDTH * HEIGHT // MEGAPIXEL + 1
    heard: list[tuple[int, bytes]] = []
    never_again = range(counted.products + 5, 9 * counted.products)
    with Allocator(*never_again), pytest.raises(OutOfMemory):
        tiny.paint_many(several(5, 6, 7), ignore, lambda place, one: heard.append((place, one.picture.tobytes())))
    assert heard == [(place, warm.paint(request(seed), ignore).picture.tobytes()) for place, seed in ((0, 5), (1, 6))]


def test_at_each_order_memory_is_measured_again_and_a_larger_mode_taken_that_fits_by_now(folder: Path) -> None:
    wanted = needed(weights_in(folder))
    device = Pretend(wanted[Mode.OFFLOAD])
    tiny = painter(folder, device)
    assert tiny.paint(request(), ignore).recipe["mode"] == "offload"
    device.bytes_free = 10**6  # the model itself has taken the rest
    assert tiny.paint(request(), ignore).recipe["mode"] == "offload"
    device.bytes_free = PLENTY
    assert tiny.paint(request(), ignore).recipe["mode"] == "bf16"
    device.bytes_free = 10**6
    assert tiny.paint(request(), ignore).recipe["mode"] == "bf16", "what is held and works is not let go"
    assert tiny.held is Mode.BF16


def test_a_mode_that_ran_out_is_tried_again_only_with_clearly_more_memory_than_then(folder: Path) -> None:
    device = Pretend()
    tiny = painter(folder, device)
    with Allocator(250):
        assert tiny.paint(request(), ignore).recipe["mode"] == "quantised"
    device.bytes_free = PLENTY * 6 // 5
    assert tiny.paint(request(), ignore).recipe["mode"] == "quantised"
    device.bytes_free = PLENTY * 13 // 10
    assert tiny.paint(request(), ignore).recipe["mode"] == "bf16"


def test_a_cancel_of_all_stops_them_together(warm: KleinPainter) -> None:
    def cancelled(one: StepSeen) -> None:
        if one.step == 2:
            raise LeaseLost("Cancelled.")

    with pytest.raises(LeaseLost):
        warm.paint_many(several(5, 6), cancelled)


def test_only_pictures_that_differ_by_their_seeds_alone_are_painted_in_one_go(warm: KleinPainter) -> None:
    others = (
        request(6, replace(LOOK, words="a blue scarf")),
        replace(request(6), references=REFERENCES[:1]),
        request(6, edit=marked()),
        replace(request(6), twin_id="mei"),
    )
    for other in others:
        with pytest.raises(BadValue, match="by their seeds alone"):
            warm.paint_many([request(5), other], ignore)


def test_a_broken_gpu_is_told_from_a_full_one(folder: Path) -> None:
    assert is_broken(RuntimeError("CUDA error: an illegal memory access was encountered"))
    assert not is_broken(RuntimeError("shape mismatch"))
    for full in ("CUDA error: out of memory", "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"):
        assert is_full(RuntimeError(full))
        assert not is_broken(RuntimeError(full))
    assert not is_full(RuntimeError("CUDA error: an illegal memory access was encountered"))

    def breaks(one: StepSeen) -> None:
        if one.step == 1:
            raise RuntimeError("CUDA error: device-side assert triggered")

    with pytest.raises(EngineBroken):
        painter(folder).paint(request(), breaks)


def test_a_gpu_that_breaks_while_the_model_is_loaded_or_measured_is_told_as_broken(folder: Path) -> None:
    class Gone(Pretend):
        def free(self) -> int:
            raise RuntimeError("CUDA error: unspecified launch failure")

    for requests in (several(5), several(5, 6)):
        with pytest.raises(EngineBroken):
            painter(folder, Gone()).paint_many(requests, ignore)


def test_it_refuses_what_it_cannot_paint(warm: KleinPainter, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(PainterUnavailable, match="twin-studio painters pull flux2-klein-4b"):
        painter(tmp_path).paint(request(), ignore)
    with pytest.raises(PainterUnavailable, match="there are none of this twin yet"):
        warm.paint(PaintRequest("nora", LOOK, 1, (), SIZE), ignore)
    with pytest.raises(LookRefused, match="64 pixels a side"):
        warm.paint(replace(request(), references=(picture(1, 60, 200),)), ignore)
    broken = PainterUnavailable("The weights were altered.")

    def altered() -> None:
        raise broken

    with pytest.raises(PainterUnavailable, match="were altered"):
        painter(folder, whole=altered).paint(request(), ignore)
