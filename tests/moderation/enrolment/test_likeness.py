"""Who is too like somebody else is refused in words, and the outlook says what the limits say."""

import numpy as np
import pytest

from moderation.enrolment.coverage import Seen, coverage_of
from moderation.enrolment.likeness import outlook, too_like
from moderation.errors import Unexaminable
from moderation.examining.calibration import KnownFaces, calibrate
from moderation.examining.nearest import NearestFace
from moderation.examining.templates import Gallery, Template

WHOLE = coverage_of([Seen(0.0, "even", 8.0), Seen(3.0, "even", -8.0), Seen(-20.0, "from her left", 0.0), Seen(20.0, "even", 0.0)])
UNTOLD = coverage_of([one._replace(pitch=None) for one in WHOLE.seen])
LEVEL = coverage_of([one._replace(pitch=0.0) for one in WHOLE.seen])
NOBODY = NearestFace([], np.empty((0, 0), np.float32))
MIDDLES = {"mei": 0.0, "luca": 1.0, "vera": 2.2}


def faces(twin_id: str, count: int = 10, middle: float | None = None) -> list[np.ndarray]:
    """Templates about a twin's middle."""
    chance = np.random.default_rng(sum(map(ord, twin_id)))
    at = np.zeros(128)
    at[0] = MIDDLES[twin_id] if middle is None else middle
    return [(at + chance.normal(0, 0.01, 128)).astype(np.float32) for _ in range(count)]


def known(*twins: str, **middles: float) -> KnownFaces:
    templates = [
        Template(f"{twin}-{number}", twin, "as taken", face)
        for twin in twins
        for number, face in enumerate(faces(twin, middle=middles.get(twin)))
    ]
    gallery = Gallery(tuple(templates))
    return KnownFaces(gallery, calibrate(gallery), names={twin: twin.title() for twin in twins})


def test_somebody_new_may_be_enrolled() -> None:
    assert too_like(faces("vera"), "vera", known("mei", "luca"), NOBODY) == ""
    assert too_like(faces("vera"), "vera", known(), NOBODY) == ""
    assert too_like([], "vera", known("mei", "luca"), NOBODY) == ""


def test_whoever_is_nearly_another_twin_is_refused_by_name() -> None:
    refused = too_like(faces("vera", middle=0.02), "vera", known("mei", "luca"), NOBODY)
    assert refused.startswith("10 of 10 photographs are as near to Mei as her own are.")
    mixed = [*faces("vera", 6), *faces("vera", 4, middle=0.0)]
    assert too_like(mixed, "vera", known("mei", "luca"), NOBODY) == ""


def test_whoever_is_nearly_somebody_on_the_list_is_refused_without_a_name() -> None:
    listed = NearestFace(["01SECRET"], np.mean(faces("vera", 3), axis=0)[None].astype(np.float32))
    for others in (known("mei", "luca"), known()):
        refused = too_like(faces("vera"), "vera", others, listed)
        assert "asked never to be painted" in refused
        assert "01SECRET" not in refused
        assert too_like(faces("vera", middle=3.5), "vera", others, listed) == ""


def test_the_outlook_says_what_her_limits_say() -> None:
    all_of_them = known("mei", "luca", "vera")
    limits = all_of_them.limits("vera")
    found = outlook(all_of_them, "vera", 10, WHOLE)
    assert found.grade == "good"
    assert (
        f"A painted face up to {limits.accept:.2f} counts as hers, beyond {limits.refuse:.2f} it is stopped" in found.sentences[1]
    )
    assert found.sentences[2].startswith("The nearest other twin is Luca, at 1.")
    few = outlook(all_of_them, "vera", 8, WHOLE)
    assert (few.grade, "rough" in few.sentences[-1]) == ("fair", True)
    thin = outlook(all_of_them, "vera", 12, coverage_of([Seen(0.0, "even")]))
    assert (thin.grade, "still missing" in thin.sentences[-2]) == ("fair", True)
    assert "with the chin up, level and down" in found.sentences[-1]
    old = outlook(all_of_them, "vera", 10, UNTOLD)
    assert (old.grade, "chin" in " ".join(old.sentences)) == ("good", False)
    level = outlook(all_of_them, "vera", 10, LEVEL)
    lacking = "what would help too: a photograph with the chin up, a photograph with the chin down."
    assert (level.grade, level.sentences[-1].endswith(lacking)) == ("good", True)
    assert "no other twin" in outlook(known("vera"), "vera", 10, WHOLE).sentences[2]
    with pytest.raises(Unexaminable):
        outlook(known("mei"), "vera", 10, WHOLE)


def test_a_twin_whom_another_comes_as_near_as_herself_is_called_weak() -> None:
    assert outlook(known("mei", "vera", vera=0.01), "vera", 10, WHOLE).grade == "weak"
