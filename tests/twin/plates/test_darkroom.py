"""Negatives are developed instead of painted where that gives the same picture, and opened once for many proofs."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from moderation.vault.vault import Shelf
from tests.twin.rig import DISCLOSURE, HERE, LOOK, Clock, PlatePainter, Rig
from twin.errors import BadValue, LicenceRefuses
from twin.looks.look import Lamp, Light, Look
from twin.orders.recipe import Recipe, Sameness, compare
from twin.plates.darkroom import OPEN_FOR_S, Darkroom
from twin.plates.plate import Plate, develop, negative_bytes, open_negative
from twin.ports import Picture

RELIT = replace(LOOK, light=Light(key=Lamp(2.0, 3000.0)), backdrop_colour="#203040", exposure=0.9)


def plate(tone: float) -> Plate:
    ones = np.ones((80, 64), np.float32)
    return Plate(np.full((4, 80, 64, 3), tone, np.float32), ones, ones, (0.4, 0.4, 0.4))


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig.founded(tmp_path, Clock(), painter=PlatePainter())


def painted(rig: Rig, **order: object) -> str:
    """An image that was painted and examined."""
    render_id = rig.order(**order)
    rig.settle()
    return render_id


def recipe(rig: Rig, render_id: str) -> Recipe:
    return Recipe.from_json(rig.rows("SELECT recipe FROM recipe WHERE render_id = ?", render_id)[0]["recipe"])


def strokes(rig: Rig, render_id: str) -> int:
    """How often the painter began while an order was worked off."""
    begun: list[int] = []
    rig.painter = PlatePainter(begun.append)
    rig.settle()
    assert rig.state(render_id) == "her turn"
    return len(begun)


def test_an_order_that_only_relights_is_developed_from_the_negative_and_repaints_equal(rig: Rig) -> None:
    parent = painted(rig)
    child = rig.order(look=RELIT, parent_id=parent)
    assert strokes(rig, child) == 0
    made, picture = recipe(rig, child), rig.incoming.picture(child)
    negative = rig.rows("SELECT sha256 FROM negative WHERE render_id = ?", parent)[0]["sha256"]
    assert made.made_by["developed_from"] == {"image": parent, "negative_sha256": negative}
    assert (made.made_by["model_sha256"], made.made_by["look"], made.look) == ("m", RELIT.as_mapping(), RELIT)
    assert made.environment == recipe(rig, parent).environment

    again = rig.painter.paint(made.request(), lambda _: None).picture
    assert compare(picture, again, made, HERE).sameness is Sameness.EQUAL
    assert not np.array_equal(picture, rig.incoming.picture(parent))


def test_the_negative_of_a_development_is_its_parents_and_goes_on(rig: Rig) -> None:
    parent = painted(rig)
    child = painted(rig, look=RELIT, parent_id=parent)
    hashes = {row["sha256"] for row in rig.rows("SELECT sha256 FROM negative")}
    assert len(hashes) == 1
    grandchild = rig.order(look=replace(RELIT, exposure=1.5), parent_id=child)
    assert strokes(rig, grandchild) == 0
    assert recipe(rig, grandchild).made_by["developed_from"]["image"] == child


@pytest.mark.parametrize("harm", ["altered", "lost", "withdrawn"])
def test_without_the_very_negative_it_is_painted_again_and_comes_out_equal(rig: Rig, harm: str) -> None:
    parent = painted(rig)
    undisturbed = painted(rig, look=RELIT, parent_id=parent)
    child = rig.order(look=RELIT, parent_id=parent)
    content = rig.vault.read(Shelf.NEGATIVE, parent)
    if harm == "lost":
        rig.vault.drop(Shelf.NEGATIVE, parent)
    elif harm == "withdrawn":
        with rig.database.write("test") as tx:
            tx.execute("UPDATE render SET state = 'withdrawn' WHERE id = ?", [parent])
    else:
        rig.vault.keep(Shelf.NEGATIVE, parent, content[:-1] + b"!")
    assert strokes(rig, child) == 1
    assert "developed_from" not in recipe(rig, child).made_by
    assert np.array_equal(rig.incoming.picture(child), rig.incoming.picture(undisturbed))


def test_a_negative_that_cannot_be_read_is_painted_again(rig: Rig) -> None:
    parent = rig.order()
    rig.settle(seal=lambda _, painting: rig.incoming.seal(painting.picture, b"nothing", DISCLOSURE, painting.source_type))
    assert rig.state(parent) == "her turn"
    assert strokes(rig, rig.order(look=RELIT, parent_id=parent)) == 1


def test_another_seed_or_pose_is_painted(rig: Rig) -> None:
    parent = painted(rig)
    turned = replace(RELIT, pose=replace(LOOK.pose, yaw=20.0))
    for order in ({"seed": 2, "look": RELIT}, {"look": turned}):
        assert strokes(rig, rig.order(parent_id=parent, **order)) == 1
    assert strokes(rig, rig.order(look=RELIT)) == 1


@dataclass(frozen=True)
class Toned:
    """A negative of an evenly lit plate."""

    sha256: str
    tone: float
    twin_name: str = "Nora"

    def proof(self, picture: Picture) -> bytes:
        return picture.tobytes()


@dataclass
class Tones:
    """Negatives by tone; `opened` tells each time a file was read, `closed` names those that nobody may develop."""

    opened: list[float] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    kept_as: str = "hash"

    def open(self, _: object, render_id: str) -> Toned:
        if render_id in self.closed:
            raise LicenceRefuses("No.")
        return Toned(f"{self.kept_as} of {render_id}", float(render_id))

    def content(self, kept: Toned) -> bytes:
        self.opened.append(kept.tone)
        return negative_bytes(plate(kept.tone)) if kept.tone else b"nothing"

    def check(self, darkroom: Darkroom, tone: float, look: Look = LOOK) -> None:
        """Ask for a proof, and compare it with the exact development."""
        proof = darkroom.proof(self, "maya", str(tone), look)
        seen = np.frombuffer(proof.jpeg, np.uint8).reshape(80, 64, 3).astype(int)
        exact = develop(open_negative(negative_bytes(plate(tone))), look)
        assert np.abs(seen - exact).max() <= 1
        assert proof.twin_name == "Nora"


def test_a_negative_is_opened_once_and_only_a_few_stay_open() -> None:
    tones, darkroom = Tones(), Darkroom(open_at_most=2)
    for tone in (0.1, 0.1, 0.2, 0.1, 0.3, 0.1, 0.2):
        tones.check(darkroom, tone)
    tones.check(darkroom, 0.2, RELIT)
    assert tones.opened == [0.1, 0.2, 0.3, 0.2]
    tones.kept_as = "another hash"
    tones.check(darkroom, 0.2)
    assert len(tones.opened) == 5


def test_what_is_no_negative_is_not_kept_open() -> None:
    tones, darkroom = Tones(), Darkroom()
    for _ in range(2):
        with pytest.raises(BadValue):
            darkroom.proof(tones, "maya", "0.0", LOOK)
    assert tones.opened == [0.0, 0.0]
    assert darkroom.open_ones() == frozenset()


def test_a_no_puts_the_negative_away_at_once_and_a_yes_leaves_it() -> None:
    tones, darkroom = Tones(), Darkroom()
    for tone in (0.1, 0.2, 0.1, 0.2):
        tones.check(darkroom, tone)
    tones.closed = {"0.2"}
    with pytest.raises(LicenceRefuses):
        darkroom.proof(tones, "maya", "0.2", LOOK)
    assert darkroom.open_ones() == {"0.1"}
    tones.closed = set()
    tones.check(darkroom, 0.2)
    assert tones.opened == [0.1, 0.2, 0.2]


def test_what_lies_idle_is_put_away_though_nobody_asks_again() -> None:
    moment: list[float] = [0.0]
    due: list[tuple[float, Callable[[], None]]] = []
    darkroom = Darkroom(now=lambda: moment[0], later=lambda seconds, act: due.append((moment[0] + seconds, act)))
    tones = Tones()
    tones.check(darkroom, 0.1)
    moment[0] = OPEN_FOR_S / 2
    tones.check(darkroom, 0.2)
    assert len(due) == 1
    left = []
    while due:
        moment[0], act = due.pop()
        act()
        left.append(set(darkroom.open_ones()))
    assert left == [{"0.2"}, set()]
