"""What a statement's page tells: amounts, prices and due dates in words, and nothing that a name could smuggle in."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from moderation.errors import NotFound
from moderation.money.payouts import Payouts
from moderation.money.statements import Payee, Statements
from moderation.pages.bars import bars_svg, months_until
from moderation.pages.statement import StatementPages, address, month_words
from tests.moderation.scene import ADMIN, AGENT, MAYA, NORA, Scene

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = Scene(tmp_path)
    with made.database.write("test") as tx:
        tx.execute("INSERT INTO creative_share VALUES ('halden-nora', 1000, 'now')")
    made.released("image", look=json.dumps({"authors": {"stylist": EVIL, "photographer": "Paolo", "lighting": ""}}))
    return made


def pages(scene: Scene) -> StatementPages:
    return StatementPages(Statements(scene.database), Payouts(scene.database), scene.clock)


def test_a_line_tells_its_price_who_is_credited_and_when_it_is_due(scene: Scene) -> None:
    sheet = pages(scene).sheet(NORA, "person", "nora", "2026-05")
    told = ("€101.85 owed now.", "Halden, Spring", "€123.45, 17.5 % to the agency", "Photography: Paolo", "2 June 2026")
    assert all(part in sheet.body for part in told)
    assert "overdue" not in sheet.body
    assert (sheet.title, sheet.owed) == ("Nora Lind, May 2026", ())
    assert EVIL not in sheet.body
    author = pages(scene).sheet(ADMIN, "author", EVIL, "2026-05")
    assert EVIL not in author.body
    assert "10 % beside it" in author.body
    assert "<" not in author.address


def test_what_is_late_is_said_until_it_is_paid(scene: Scene) -> None:
    scene.clock.at = datetime(2026, 6, 2, 11, 59, tzinfo=UTC)
    assert "overdue</span>" not in pages(scene).overview(AGENT)
    scene.clock.forward(minutes=1)
    assert "€101.85 overdue" in pages(scene).sheet(NORA, "person", "nora", "2026-06").body
    assert pages(scene).overview(AGENT).count("overdue</span>") == 2
    Payouts(scene.database).record(AGENT, "person", "nora", 10_185, "EUR", "T-1")
    paid = pages(scene).sheet(NORA, "person", "nora", "2026-05").body
    assert "Nothing is owed now." in paid
    assert "paid</span>" in paid
    assert pages(scene).overview(NORA).count("overdue</span>") == 0


def test_a_payout_form_is_offered_to_whoever_may_pay_and_only_while_something_is_owed(scene: Scene) -> None:
    def owed(account: object, party: str, party_id: str) -> tuple[tuple[str, str], ...]:
        return pages(scene).sheet(account, party, party_id, "2026-05").owed  # type: ignore[arg-type]

    assert owed(AGENT, "person", "nora") == owed(ADMIN, "person", "nora") == (("EUR", "€101.85"),)
    assert owed(AGENT, "agency", "lumen") == owed(NORA, "person", "nora") == owed(ADMIN, "person", "amara") == ()
    with pytest.raises(NotFound):
        pages(scene).overview(MAYA)


def test_the_chart_says_every_amount_in_words_and_marks_the_month_it_is_about() -> None:
    drawn = bars_svg({"2026-05": 10_185, "2026-03": -50}, "2026-06", "EUR", "2026-05")
    assert "2026-03: −€0.50; 2026-04: €0; 2026-05: €101.85; 2026-06: €0" in drawn
    assert drawn.count('data-chosen="yes"') == 1
    assert 'height="-' not in drawn


def test_the_chart_has_six_to_twelve_months() -> None:
    assert months_until("2026-06", "2026-06") == [f"2026-{month:02d}" for month in range(1, 7)]
    assert months_until("2019-01", "2026-02")[:2] == ["2025-03", "2025-04"]
    assert len(months_until("2019-01", "2026-02")) == 12


def test_months_are_written_as_people_write_them() -> None:
    assert month_words("2026-05") == "May 2026"
    with pytest.raises(NotFound):
        month_words("2026-13")
    assert address(Payee("author", "A / B?", ""), "2026-05") == "/statements/author/A%20%2F%20B%3F/2026-05"
