"""How far a face is from each twin: by plain distance, and in contrast, where what varies within a person counts less."""

import numpy as np
import pytest

from moderation.examining.templates import Gallery, Template

ACROSS, UP = 1.0, 0.3


def gallery(references: int = 40, pictures: int = 40) -> Gallery:
    """Nora and Mei, whose pictures vary across by 1 and who differ upwards by 0.3 alone."""
    chance = np.random.default_rng(11)
    templates = []
    for twin_id, height in (("nora", 0.0), ("mei", UP)):
        for index in range(pictures):
            place = np.array([chance.normal(0, ACROSS), height + chance.normal(0, 0.03)], np.float32)
            templates.append(Template(f"{twin_id}-{index % references}", twin_id, "even", place))
    return Gallery(tuple(templates))


def margin_of_nora(distances: dict[str, float]) -> float:
    return distances["mei"] - distances["nora"]


def test_in_contrast_the_difference_between_people_outweighs_that_within_one() -> None:
    known, seen = gallery(), np.array([2.5, 0.0], np.float32)
    plain, contrast = known.distances(seen), known.in_contrast(seen)
    assert margin_of_nora(dict(contrast)) / contrast["nora"] > 1.5 * margin_of_nora(dict(plain)) / plain["nora"]


def test_few_references_are_trusted_less_than_many() -> None:
    """The very same pictures, of four references or of forty."""
    seen = np.array([2.5, 0.0], np.float32)
    few, many = (dict(gallery(count).in_contrast(seen)) for count in (4, 40))
    assert margin_of_nora(few) / few["nora"] < margin_of_nora(many) / many["nora"]


def test_without_anything_that_varies_contrast_is_plain_distance() -> None:
    alone = Gallery(
        (Template("a", "nora", "even", np.zeros(2, np.float32)), Template("b", "mei", "even", np.ones(2, np.float32)))
    )
    seen = np.array([0.3, 0.1], np.float32)
    assert alone.in_contrast(seen) == pytest.approx(dict(alone.distances(seen)))


def test_the_reference_that_is_left_out_has_no_say_in_the_contrast() -> None:
    known = gallery(6, 6)
    strange = Template("nora-x", "nora", "even", np.array([0.0, 50.0], np.float32))
    more = Gallery((*known.templates, strange))
    seen = np.array([0.5, 0.1], np.float32)
    assert more.in_contrast(seen, without="nora-x") == pytest.approx(dict(known.in_contrast(seen)))
    assert more.in_contrast(seen)["mei"] != pytest.approx(known.in_contrast(seen)["mei"])


def test_nobody_known_is_near_nobody() -> None:
    assert Gallery(()).in_contrast(np.zeros(2, np.float32)) == {}


def test_the_references_of_a_twin_are_told_nearest_first_over_all_lights() -> None:
    known = Gallery(
        tuple(
            Template(name, twin, light, np.array([place, 0.0], np.float32))
            for name, twin, light, place in (
                ("far", "nora", "even", 3.0),
                ("near", "nora", "even", 2.0),
                ("near", "nora", "warm", 0.5),
                ("other", "mei", "even", 0.0),
            )
        )
    )
    assert known.nearest_references(np.zeros(2, np.float32), "nora") == {"near": 0.5, "far": 3.0}
    assert list(known.nearest_references(np.zeros(2, np.float32), "nora")) == ["near", "far"]
    assert known.nearest_references(np.zeros(2, np.float32), "ines") == {}
