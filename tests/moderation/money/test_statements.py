"""Statements: read by whom they concern, summing to what the books hold, and drawn again bit for bit."""

import json
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from moderation.audit.heads import Heads
from moderation.errors import AlreadyDecided, BadRequest, LedgerUnbalanced, NotFound
from moderation.money import ledger
from moderation.money.payouts import Payouts, minor_of
from moderation.money.spreadsheet import rows_of
from moderation.money.statement_csv import check_statement, statement, statement_csv
from moderation.money.statements import NO_HEAD, Statements
from tests.moderation.scene import ADMIN, AGENT, AMARA, EVERYBODY, MAYA, MODO, NORA, Scene

LOOK = json.dumps({"authors": {"stylist": "=Mirabel", "photographer": "Paolo Lund", "lighting": "Kit"}})


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def earned(scene: Scene) -> Scene:
    """Two images of Nora's released in May with a share for the look's authors, a payout in June."""
    with scene.database.write("test") as tx:
        tx.execute("INSERT INTO creative_share VALUES ('halden-nora', 1000, 'now')")
    scene.released("first", look=LOOK)
    scene.clock.forward(hours=1)
    scene.released("second", look=LOOK)
    scene.clock.at = datetime(2026, 6, 10, 9, tzinfo=UTC)
    Payouts(scene.database).record(AGENT, "person", "nora", 15_000, "EUR", "T-1")
    return scene


def test_a_month_tells_each_line_its_credits_and_what_is_owed(earned: Scene) -> None:
    statements = Statements(earned.database)
    may, june = (statements.of(NORA, "person", "nora", month) for month in ("2026-05", "2026-06"))
    assert [(one.render_id, one.received_minor, one.open_minor) for one in may.entries] == [
        ("first", 10_185, 0),
        ("second", 10_185, 5_370),
    ]
    assert may.entries[0].credit == "Styling: =Mirabel · Photography: Paolo Lund · Lighting: Kit"
    assert may.entries[0].due_at == "2026-06-02T12:00:00.000000+00:00"
    assert [(one.before_minor, one.after_minor, one.open_minor) for one in may.sums] == [(0, 20_370, 5_370)]
    assert [(one.kind, one.taken_minor, one.reference) for one in june.entries] == [("payout", 15_000, "T-1")]
    assert [(one.before_minor, one.after_minor) for one in june.sums] == [(20_370, 5_370)]
    assert may.by_month == {"EUR": {"2026-05": 20_370}}
    assert statements.of(AGENT, "agency", "lumen", "2026-05").sums[0].after_minor == 4_320
    author = statements.of(ADMIN, "author", "=Mirabel", "2026-05")
    assert [one.kind for one in author.entries] == ["creative_share"] * 2


def test_she_reads_her_own_an_agency_its_peoples_an_administrator_all_and_everybody_else_none(earned: Scene) -> None:
    statements = Statements(earned.database)
    nora, lumen, amara = ("person", "nora"), ("agency", "lumen"), ("person", "amara")
    authors = {("author", name) for name in ("=Mirabel", "Paolo Lund", "Kit")}
    readers = {NORA.id: {nora}, AMARA.id: {amara}, AGENT.id: {nora, lumen}, ADMIN.id: {nora, lumen, amara, *authors}}
    for account in EVERYBODY:
        may = readers.get(account.id, set())
        if may:
            assert {(one.party, one.party_id) for one in statements.payees(account)} == may
        else:
            with pytest.raises(NotFound):
                statements.payees(account)
        for payee in (nora, lumen, amara, *authors, ("brand", "halden"), ("payer", "lumen"), ("person", "nobody")):
            if payee in may:
                assert statements.of(account, *payee, "2026-05").payee.party_id == payee[1]
            else:
                with pytest.raises(NotFound):
                    statements.of(account, *payee, "2026-05")
    for month in ("2026-13", "2026-5", "May", "", "2026-05 "):
        with pytest.raises(NotFound):
            statements.of(NORA, "person", "nora", month)


def test_payouts_are_recorded_by_an_agency_to_its_people_and_by_an_administrator_to_anybody(earned: Scene) -> None:
    payouts, before = Payouts(earned.database), earned.count("ledger_batch")
    strangers = [(account, "person", "nora") for account in (NORA, AMARA, MAYA, MODO)]
    for account, party, party_id in (
        *strangers,
        (AGENT, "person", "amara"),
        (AGENT, "agency", "lumen"),
        (ADMIN, "payer", "lumen"),
    ):
        with pytest.raises(NotFound):
            payouts.record(account, party, party_id, 1, "EUR", "T-2")
    with pytest.raises(LedgerUnbalanced, match="more than"):
        payouts.record(AGENT, "person", "nora", 5_371, "EUR", "T-2")
    with pytest.raises(AlreadyDecided):
        payouts.record(AGENT, "person", "nora", 5_370, "EUR", "T-1")
    assert payouts.record(AGENT, "person", "nora", 15_000, "EUR", " T-1 ")["kind"] == "payout"
    assert earned.count("ledger_batch") == before
    payouts.record(ADMIN, "agency", "lumen", 4_320, "EUR", "T-1")
    assert earned.database.rows("SELECT actor FROM audit WHERE event = 'ledger.posted' ORDER BY seq DESC LIMIT 1") == [
        {"actor": "admin"}
    ]


def test_a_kept_statement_is_drawn_again_bit_for_bit_after_the_books_went_on(earned: Scene, tmp_path: Path) -> None:
    kept = statement_csv(Statements(earned.database).of(NORA, "person", "nora", "2026-05"))
    earned.released("third", licence="halden-free")
    Payouts(earned.database).record(ADMIN, "person", "nora", 5_370, "EUR", "T-9")
    assert statement_csv(Statements(earned.database).of(NORA, "person", "nora", "2026-05")) != kept
    assert "bit for bit" in check_statement(earned.database, kept)
    file = tmp_path / "kept.csv"
    file.write_bytes(kept.encode())
    asked = Namespace(who="nora", month="2026-05", of="person", csv=False, check=str(file))
    assert "bit for bit" in statement(earned.database, asked)
    for change in ({"who": "amara"}, {"month": "2026-06"}):
        with pytest.raises(LedgerUnbalanced, match="This is the statement of"):
            statement(earned.database, Namespace(**{**vars(asked), **change}))
    with pytest.raises(BadRequest):
        statement(earned.database, Namespace(**{**vars(asked), "check": str(tmp_path / "none.csv")}))


def test_whatever_is_changed_in_a_kept_statement_is_found(earned: Scene) -> None:
    kept = statement_csv(Statements(earned.database).of(NORA, "person", "nora", "2026-05"))
    lines = kept.splitlines(keepends=True)
    changed = [kept.replace("10185", "10186", 1), kept.replace('"Halden"', '"Other"', 1), "".join([*lines[:5], *lines[6:]])]
    changed += [kept + "\n", kept.replace("\n", "\r\n"), kept[:-1], "", "no statement", kept.replace(NO_HEAD, "audit-head 1")]
    changed += [kept.replace('"nora","Nora Lind"', '"amara","Amara Osei"'), kept.replace("2026-05", "2026-06", 1)]
    digest = rows_of(kept)[2][2]
    changed.append(kept.replace(digest, digest[::-1]))
    for text in changed:
        with pytest.raises(LedgerUnbalanced):
            check_statement(earned.database, text)


def test_a_statement_carries_the_newest_signed_head_and_only_one_of_this_studio(earned: Scene, tmp_path: Path) -> None:
    heads = Heads(tmp_path / "keys-of-the-head")
    with earned.database.write("test") as tx:
        line = heads.sign(tx).line()
    kept = statement_csv(Statements(earned.database).of(NORA, "person", "nora", "2026-05"))
    assert rows_of(kept)[3] == ["signed head", line]
    with earned.database.write("test") as tx:
        heads.sign(tx)
    assert "bit for bit" in check_statement(earned.database, kept)
    (tmp_path / "other").mkdir()
    other = Scene(tmp_path / "other")
    with other.database.write("test") as tx:
        foreign = Heads(tmp_path / "foreign").sign(tx).line()
    other.database.close()
    with pytest.raises(LedgerUnbalanced):
        check_statement(earned.database, kept.replace(line, foreign))


def test_the_csv_guards_names_that_would_be_formulas_and_its_amounts_sum_to_its_sums(earned: Scene) -> None:
    with earned.database.write("rights") as tx:
        release = tx.execute("SELECT id FROM release ORDER BY id LIMIT 1")[0]["id"]
        ledger.refund(tx, release)
    for party, party_id in (("person", "nora"), ("author", "=Mirabel"), ("agency", "lumen")):
        text = statement_csv(Statements(earned.database).of(ADMIN, party, party_id, "2026-06"))
        rows = rows_of(text)
        columns, sums = rows[4], rows[-1]
        entries = [dict(zip(columns, row, strict=True)) for row in rows[5:-2]]
        assert sum(int(one["received_minor"]) for one in entries) == int(sums[3])
        assert sum(int(one["taken_minor"]) for one in entries) == int(sums[4])
        assert all(cell.startswith('"') for cell in text.split(",")[:3])
    assert '"\'=Mirabel"' in statement_csv(Statements(earned.database).of(ADMIN, "author", "=Mirabel", "2026-05"))


def test_an_amount_is_read_as_a_person_writes_it() -> None:
    assert [minor_of(text) for text in ("120", "120.50", " 0,05 ")] == [12_000, 12_050, 5]
    for text in ("", "-1", "1.5", "1.234", "1e3", "1 000", "=1", "١٢"):
        with pytest.raises(BadRequest):
            minor_of(text)
