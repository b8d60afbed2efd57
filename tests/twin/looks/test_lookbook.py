import io
import json
from pathlib import Path

import pytest
from PIL import Image

from tests.twin.cast import ASSETS, CAST, LOOKBOOK, WARDROBE
from twin.errors import BadValue, LookRefused, NotFound
from twin.looks.lookbook import Lookbook, NamedLook

TOLD = json.loads((ASSETS / "looks" / "gel.json").read_text(encoding="utf-8"))


def test_the_lookbook_opens_with_the_studio_classic_and_is_a_gallery() -> None:
    assert LOOKBOOK.looks[0].name == "studio-classic"
    assert len(LOOKBOOK.looks) >= 24
    assert {look.name for look in LOOKBOOK.looks} >= {"low-key", "golden-hour", "rim", "high-key", "beauty", "gel", "window"}


@pytest.mark.parametrize("twin_id", CAST)
def test_every_look_fits_every_twin_and_credits_its_authors(twin_id: str) -> None:
    for named in LOOKBOOK.looks:
        look = named.worn_by(twin_id, WARDROBE)
        WARDROBE.check(twin_id, look)
        assert all((look.authors.stylist, look.authors.photographer, look.authors.lighting))


def test_looks_differ_in_light_and_backdrop() -> None:
    assert len({(look.light, look.backdrop_colour) for look in LOOKBOOK.looks}) == len(LOOKBOOK.looks)
    for look in LOOKBOOK.looks:
        assert LOOKBOOK.title_of(look.worn_by("nora", WARDROBE)) == look.title


def test_no_two_looks_are_by_the_same_three_people() -> None:
    # An image whose light was moved since is known by them.
    assert len({look.authors for look in LOOKBOOK.looks}) == len(LOOKBOOK.looks)


def test_each_look_has_a_small_picture_of_its_own_and_nothing_else_has() -> None:
    pictures = {look.name: LOOKBOOK.picture(look.name) for look in LOOKBOOK.looks}
    for picture in pictures.values():
        assert len(picture) <= 10_000
        with Image.open(io.BytesIO(picture)) as opened:
            assert (opened.format, opened.size) == ("JPEG", (200, 250))
            assert "trainedAlgorithmicMedia" in str(opened.info["xmp"])
    assert len(set(pictures.values())) == len(pictures)
    for name in ("nosuch", "../demo/portraits/nora", ""):
        with pytest.raises(NotFound):
            LOOKBOOK.picture(name)


def test_an_unknown_look_is_refused_with_those_there_are() -> None:
    with pytest.raises(LookRefused, match="studio-classic, beauty"):
        LOOKBOOK.look("nosuch")


@pytest.mark.parametrize(
    "changes",
    [
        {"exposure": 9},
        {"authors": {"stylist": "A", "photographer": "", "lighting": "B"}},
        {"title": ""},
        {"pose": {"yaw": 90}},
        {"light": {"key": {"strength": 1, "kelvin": 5000}}},
        {"surprise": 1},
    ],
)
def test_a_look_that_cannot_be_used_is_refused_when_read(changes: dict[str, object], tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text(json.dumps(TOLD | changes))
    with pytest.raises(BadValue):
        NamedLook.read(file)


def test_an_empty_lookbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="empty"):
        Lookbook.read(tmp_path)
