"""How the desk keeps up, counted from what was decided; and what each moderator wishes is kept for her alone."""

from datetime import timedelta
from pathlib import Path

import pytest

from moderation.desk.figures import DUE, LATE, DeskFigures, urgency
from moderation.desk.wishes import DeskWishes, Wish
from moderation.errors import NotYours
from tests.moderation.desk.test_desk import review
from tests.moderation.scene import ADMIN, MAYA, MINA, MODO, NOON, NORA, Scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_decisions_are_counted_for_a_week_with_the_time_they_took(scene: Scene) -> None:
    assert DeskFigures(scene.database).of(MODO).median_seconds is None
    for name in ("old", "a", "b", "c"):
        scene.judged(name, "refer")
    review(scene, "old", "pass")
    scene.clock.forward(days=8)
    for name, minutes, account, choice in (("a", 10, MODO, "pass"), ("b", 20, MINA, "refuse"), ("c", 60, MODO, "pass")):
        scene.clock.forward(minutes=minutes)
        review(scene, name, choice, account=account, reason="quality")
    figures = DeskFigures(scene.database).of(MODO)
    assert (figures.decided, figures.mine, figures.refused) == (3, 2, 1)
    assert figures.median_seconds == (8 * 24 * 60 + 30) * 60
    review_again = scene.desk.undo(MODO, "c")
    assert review_again["choice"] == "undo"
    scene.clock.forward(minutes=5)
    review(scene, "c", "pass")
    assert DeskFigures(scene.database).of(MODO).decided == 4
    took = scene.database.rows("SELECT count(*) AS n FROM decision WHERE choice = 'undo'")
    assert took == [{"n": 1}]


@pytest.mark.parametrize(
    ("waited", "word"),
    [
        (timedelta(), "fresh"),
        (DUE - timedelta(seconds=1), "fresh"),
        (DUE, "due"),
        (LATE - timedelta(seconds=1), "due"),
        (LATE, "late"),
    ],
)
def test_waiting_has_a_word_that_changes_at_its_limit(waited: timedelta, word: str) -> None:
    assert urgency(NOON.isoformat(), NOON + waited) == word


def test_a_wish_is_kept_for_the_account_that_wished(scene: Scene) -> None:
    wishes = DeskWishes(scene.database)
    wishes.keep(MODO, Wish(blur=True))
    wishes.keep(MODO, Wish(blur=True, grey=True))
    assert (wishes.of(MODO), wishes.of(MINA)) == (Wish(blur=True, grey=True), Wish())
    for account in (MAYA, NORA, ADMIN):
        with pytest.raises(NotYours):
            wishes.of(account)
        with pytest.raises(NotYours):
            wishes.keep(account, Wish())
    with scene.database.write("admin") as tx:
        tx.execute("UPDATE account SET disabled_at = ? WHERE id = 'mina'", [tx.now])
    with pytest.raises(NotYours):
        wishes.keep(MINA, Wish(grey=True))
