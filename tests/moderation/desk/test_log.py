"""The log tells every decision once, to moderators and administrators alone, and no spreadsheet takes a note for a formula."""

import csv
import io
from pathlib import Path

import pytest

from moderation.desk.log import HEAD, Asked, DecisionLog
from moderation.errors import BadRequest, NotFound
from tests.moderation.desk.test_desk import review
from tests.moderation.desk.test_second import escalate
from tests.moderation.scene import ADMIN, AGENT, EVERYBODY, MAYA, MINA, MODO, NORA, Scene

EVIL = '=HYPERLINK("http://x"),+1\n@SUM(A1)'


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Six decisions on three images, over two days."""
    scene = Scene(tmp_path)
    for name in ("one", "two", "three"):
        scene.judged(name, "refer")
    scene.clock.forward(minutes=30)
    review(scene, "one", "refuse", reason="other", note=EVIL)
    scene.desk.appeal(MAYA, "one", "It is her.")
    scene.clock.forward(hours=2)
    review(scene, "one", "pass", account=MINA)
    escalate(scene, "two", leaning="refuse")
    scene.clock.forward(days=1)
    review(scene, "two", "pass", account=MINA)
    scene.desk.undo(MINA, "two")
    return scene


def told(scene: Scene, account=ADMIN, **asked: str) -> list[tuple[str, str, str]]:
    return [
        (row["what"], row["render_id"], row["account_id"]) for row in DecisionLog(scene.database).rows(account, Asked(**asked))
    ]


def test_every_decision_is_told_newest_first_with_how_long_it_took(scene: Scene) -> None:
    assert sorted(told(scene)) == [
        ("appeal", "one", "maya"),
        ("escalate", "two", "modo"),
        ("pass", "one", "mina"),
        ("pass", "two", "mina"),
        ("refuse", "one", "modo"),
        ("undo", "two", "mina"),
    ]
    rows = DecisionLog(scene.database).rows(MODO, Asked())
    assert [row["decided_at"] for row in rows] == sorted((row["decided_at"] for row in rows), reverse=True)
    waited = {(row["what"], row["render_id"]): row["waited"] for row in rows if row["waited"] is not None}
    assert waited == {("refuse", "one"): 1_800, ("pass", "one"): 7_200, ("pass", "two"): 30 * 60 + 2 * 3_600 + 86_400}
    assert [row["taken_back"] for row in rows if (row["what"], row["render_id"]) == ("pass", "two")] == [1]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"what": "escalate"}, 1),
        ({"what": "pass"}, 2),
        ({"reason": "other"}, 1),
        ({"reason": "quality"}, 0),
        ({"by": "mina"}, 3),
        ({"image": "three"}, 0),
        ({"since": "2026-05-04"}, 2),
        ({"until": "2026-05-03"}, 4),
        ({"since": "2026-05-03", "until": "2026-05-04", "by": "modo"}, 2),
        ({"until": "9999-12-31"}, 6),
    ],
)
def test_a_filter_leaves_what_was_asked_for(scene: Scene, asked: dict[str, str], found: int) -> None:
    assert len(told(scene, **asked)) == found


def test_what_cannot_be_asked_for_is_refused() -> None:
    for asked in ({"what": "approve"}, {"reason": "ugly"}, {"since": "20260503"}, {"until": "2026-13-01"}, {"since": "' OR 1"}):
        with pytest.raises(BadRequest):
            Asked(**asked)


def test_nobody_else_reads_or_takes_the_log(scene: Scene) -> None:
    log = DecisionLog(scene.database)
    for account in EVERYBODY:
        if account in (MODO, MINA, ADMIN):
            continue
        for act in (log.rows, log.csv):
            with pytest.raises(NotFound):
                act(account, Asked())
        with pytest.raises(NotFound):
            log.people(account)
    assert {account.id for account in (MAYA, NORA, AGENT)} <= {account.id for account in EVERYBODY}
    assert [row["id"] for row in log.people(ADMIN)] == ["maya", "mina", "modo"]


def test_the_file_holds_all_that_was_asked_for_and_no_formula(scene: Scene) -> None:
    text, name = DecisionLog(scene.database).csv(MODO, Asked())
    head, *lines = csv.reader(io.StringIO(text, newline=""))
    assert (head, len(lines), name) == (list(HEAD), 6, "decisions-2026-05-04.csv")
    notes = [dict(zip(head, line, strict=True)) for line in lines]
    assert [line["note"] for line in notes if line["what"] == "refuse"] == ["'" + EVIL]
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line)
    facts = scene.database.rows("SELECT actor, facts FROM audit WHERE event = 'decisions.exported'")
    assert facts == [{"actor": "modo", "facts": '{"rows":6}'}]
