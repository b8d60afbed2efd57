"""The books: one balanced batch a release that the database itself insists on, and that anybody can compute again."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils.utils import sqlite3

from moderation.errors import AlreadyDecided, LedgerUnbalanced, NotFound
from moderation.money import ledger
from moderation.money.fees import Payout
from moderation.schema.tables import AUDIT, MIGRATIONS
from tests.moderation.scene import _ROWS, MAYA, NOON, NORA, Scene, insert
from twin.schema.tables import MIGRATIONS as TWIN_MIGRATIONS

AUTHORS = {"stylist": "Mirabel Okonjo", "photographer": "Paolo Lund", "lighting": ""}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.database.close()


def lines(scene: Scene) -> list[dict[str, Any]]:
    return scene.database.rows("SELECT * FROM ledger_line ORDER BY posted_at, batch_id, position")


def told(scene: Scene) -> list[tuple[str, str, str, int]]:
    return [(line["party"], line["party_id"], line["kind"], line["amount_minor"]) for line in lines(scene)]


def batch_of(scene: Scene, kind: str = "release") -> dict[str, Any]:
    return scene.database.rows("SELECT * FROM ledger_batch WHERE kind = ? ORDER BY id DESC", [kind])[0]


def raw(scene: Scene, sql: str, values: Any = ()) -> None:
    """One statement past the program: another connection, with SQLite's own defaults, that commits."""
    scene.database.close()
    connection = sqlite3.connect(scene.database.path)
    try:
        connection.execute(sql, values)
        connection.commit()
    finally:
        connection.close()


def test_a_release_is_posted_once_and_told_by_the_chain(scene: Scene) -> None:
    scene.released("image")
    release = scene.database.rows("SELECT * FROM release")[0]
    with scene.database.write("test") as tx:
        assert ledger.post(tx, release["id"]) == batch_of(scene)
        with pytest.raises(NotFound):
            ledger.post(tx, "nothing")
    assert (scene.count("ledger_batch"), scene.count("ledger_line"), scene.count("audit", event="ledger.posted")) == (1, 3, 1)
    assert ledger.check_books(scene.database) == 1


def test_a_buyout_is_paid_with_the_first_release_under_its_licence_and_never_again(scene: Scene) -> None:
    scene.licence("bought", fee_model="buyout", fee_minor=90_000, commission_bp=1750)
    for image in ("first", "second"):
        scene.released(image, licence="bought")
    assert told(scene) == [
        ("brand", "halden", "creation_fee", -90_000),
        ("agency", "lumen", "commission", 15_750),
        ("person", "nora", "creation_fee", 74_250),
    ]
    assert [json.loads(row["lines"]) == [] for row in scene.database.rows("SELECT * FROM ledger_batch ORDER BY id")] == [
        False,
        True,
    ]
    assert ledger.check_books(scene.database) == 2
    with pytest.raises(sqlite3.IntegrityError, match="posted once"):
        insert_batch(scene, buyout_of="bought", release_id="other", kind="release")


def test_of_many_releases_at_once_under_a_buyout_one_pays(scene: Scene) -> None:
    scene.licence("bought", fee_model="buyout", fee_minor=90_000, commission_bp=1750)
    images = [f"image-{number}" for number in range(8)]
    for image in images:
        scene.approved(image, licence="bought")
    start = threading.Barrier(len(images))

    def release(image: str) -> None:
        start.wait()
        scene.releases.release(MAYA, image)
        scene.database.close()

    with ThreadPoolExecutor(len(images)) as crowd:
        list(crowd.map(release, images))
    assert (scene.count("release"), scene.count("ledger_batch"), scene.count("ledger_line")) == (8, 8, 3)
    assert ledger.check_books(scene.database) == 8


def test_the_share_of_the_authors_is_agreed_before_the_first_image_and_paid_beside_her_fee(scene: Scene) -> None:
    agree = "INSERT INTO creative_share VALUES (?, 1000, 'now')"
    with scene.database.write("test") as tx:
        tx.execute(agree, ["halden-nora"])
    scene.released("image", look=json.dumps({"authors": AUTHORS}))
    assert told(scene)[3:] == [
        ("brand", "halden", "creative_share", -1_234),
        ("author", "Mirabel Okonjo", "creative_share", 617),
        ("author", "Paolo Lund", "creative_share", 617),
    ]
    assert told(scene)[2] == ("person", "nora", "usage_fee", 10_185)
    scene.order("free", licence="halden-free")
    for licence in ("halden-nora", "halden-free"):
        with pytest.raises(sqlite3.IntegrityError, match="before the first image"), scene.database.write("test") as tx:
            tx.execute(agree, [licence])


def test_a_refund_takes_back_each_payment_once(scene: Scene) -> None:
    scene.released("image")
    release = scene.database.rows("SELECT * FROM release")[0]["id"]
    with scene.database.write("rights") as tx:
        first = ledger.refund(tx, release, 5_000)
        assert ledger.refund(tx, release) == first
        with pytest.raises(NotFound):
            ledger.refund(tx, "nothing")
    assert told(scene)[3:] == [
        ("brand", "halden", "refund", 6_172),
        ("agency", "lumen", "refund", -1_080),
        ("person", "nora", "refund", -5_092),
    ]
    assert ledger.check_books(scene.database) == 2


def test_a_payout_is_entered_once_by_its_reference_and_never_exceeds_what_is_owed(scene: Scene) -> None:
    scene.released("image")
    paid = Payout("person", "nora", "lumen", 10_000, "EUR", "T-1")
    with scene.database.write("admin") as tx:
        assert ledger.pay_out(tx, paid) == ledger.pay_out(tx, paid)
    more = (
        (LedgerUnbalanced, Payout("person", "nora", "lumen", 186, "EUR", "T-2")),
        (LedgerUnbalanced, Payout("person", "nora", "lumen", 1, "USD", "T-2")),
        (AlreadyDecided, Payout("person", "nora", "lumen", 185, "EUR", "T-1")),
    )
    for refusal, payout in more:
        with pytest.raises(refusal), scene.database.write("admin") as tx:
            ledger.pay_out(tx, payout)
    with scene.database.write("admin") as tx:
        ledger.pay_out(tx, Payout("person", "nora", "studio", 185, "EUR", "T-1"))
        assert ledger.balance(tx, "person", "nora", "EUR") == 0
    assert scene.count("audit", event="ledger.posted") == 3
    assert ledger.check_books(scene.database) == 3


def insert_batch(scene: Scene, **change: Any) -> None:
    """A batch of a payout that balances, but for `change`, written past the program."""
    usual = {"id": "raw", "kind": "payout", "payer_id": "x", "reference": "r", "currency": "EUR", "inputs": "{}"}
    if change.get("kind") == "release":
        usual = {**usual, "payer_id": None, "reference": None}
    row = {**usual, "lines": "[]", "audit_seq": 1, "posted_at": "now", **change}
    raw(scene, f"INSERT INTO ledger_batch ({', '.join(row)}) VALUES ({', '.join('?' for _ in row)})", list(row.values()))


def pair(amount: Any, back: Any, party: str = "brand") -> str:
    lines = [("person", "nora", amount), (party, "halden", back)]
    return json.dumps([{"party": p, "party_id": i, "kind": "payout", "amount_minor": a} for p, i, a in lines])


def test_the_database_itself_refuses_what_does_not_balance_whoever_writes(scene: Scene) -> None:
    scene.released("image")
    before = scene.database.rows("SELECT * FROM ledger_line")
    unbalanced = (
        pair(5, -4),
        pair(5, "-5"),
        pair(5, None),
        pair(2.5, -2.5),
        pair(0, 0),
        '{"amount_minor": 0}',
        "[1, -1]",
        "not json",
    )
    for told in (*unbalanced, pair(-10_186, 10_186)):
        with pytest.raises(sqlite3.Error):
            insert_batch(scene, lines=told)
    for change in ({"id": before[0]["batch_id"]}, {"kind": "gift"}, {"reference": None}, {"release_id": before[0]["release_id"]}):
        with pytest.raises(sqlite3.IntegrityError):
            insert_batch(scene, **change)
    scene.database.close()
    assert scene.database.rows("SELECT * FROM ledger_line") == before
    insert_batch(scene, lines=pair(-5, 5))  # what a raw writer can do still balances, and the chain does not know of it
    with pytest.raises(LedgerUnbalanced, match="inputs"):
        ledger.check_books(scene.database)


@pytest.mark.parametrize("verb", ["INSERT", "INSERT OR REPLACE", "INSERT OR IGNORE", "REPLACE"])
def test_no_line_is_added_to_a_batch_or_put_in_place_of_one(scene: Scene, verb: str) -> None:
    scene.released("image")
    before = lines(scene)
    line = before[2]
    changes = ({}, {"amount_minor": 99_999}, {"position": 3}, {"batch_id": "none"}, {"id": "x", "position": 3, "amount_minor": 1})
    for change in changes:
        row = {**line, **change}
        with pytest.raises(sqlite3.IntegrityError, match="the one that its batch carries"):
            raw(scene, f"{verb} INTO ledger_line VALUES ({', '.join('?' for _ in row)})", list(row.values()))
    with pytest.raises(sqlite3.IntegrityError, match="posted once"):
        raw(scene, f"{verb} INTO ledger_batch SELECT * FROM ledger_batch")
    for statement in (
        "UPDATE ledger_line SET amount_minor = 1",
        "DELETE FROM ledger_line",
        "UPDATE OR REPLACE ledger_batch SET id = '1'",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            raw(scene, statement)
    assert lines(scene) == before


def test_each_stored_line_is_computed_again_from_its_own_inputs_and_a_changed_one_is_found(scene: Scene) -> None:
    scene.released("image")
    rows = lines(scene)
    assert [ledger.recompute(row) for row in rows] == list(ledger.recompute_batch(batch_of(scene), rows))
    for change in ({"amount_minor": 2_161}, {"party_id": "other"}, {"currency": "USD"}, {"kind": "usage_fee"}, {"inputs": "{}"}):
        with pytest.raises(LedgerUnbalanced):
            ledger.recompute({**rows[1], **change})
    with pytest.raises(LedgerUnbalanced):
        ledger.recompute_batch(batch_of(scene), rows[:2])


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("ledger_line", "UPDATE ledger_line SET amount_minor = amount_minor + 1"),
        ("ledger_line", "DELETE FROM ledger_line WHERE position = 2"),
        ("ledger_batch", "UPDATE ledger_batch SET inputs = json_set(inputs, '$.rate', 'other')"),
        ("ledger_batch", "UPDATE ledger_batch SET lines = '[]'"),
    ],
)
def test_books_altered_by_somebody_who_can_drop_triggers_are_found(scene: Scene, table: str, change: str) -> None:
    scene.released("image")
    with scene.database.write("operator") as tx:
        for verb in ("update", "delete"):
            tx.execute(f"DROP TRIGGER {table}_keeps_{verb}")
        tx.execute(change)
    with pytest.raises(LedgerUnbalanced):
        ledger.check_books(scene.database)


def test_a_batch_that_went_with_its_lines_is_missed(scene: Scene) -> None:
    scene.released("image")
    with scene.database.write("operator") as tx:
        for table in ("ledger_line", "ledger_batch"):
            tx.execute(f"DROP TRIGGER {table}_keeps_delete")
            tx.execute(f"DELETE FROM {table}")
    with pytest.raises(LedgerUnbalanced, match="not in the books"):
        ledger.check_books(scene.database)


def test_no_file_leaves_before_its_release_is_in_the_books(scene: Scene) -> None:
    scene.released("image")
    with pytest.raises(sqlite3.IntegrityError, match="in the books"):
        raw(scene, "INSERT INTO download_grant VALUES ('g', 'unpaid', 'maya', 'h', 0, 0, 'now', 'then', NULL)")


OLD = {
    "render_id": "paid",
    "decision_id": "d-paid",
    "licence_id": "halden-nora",
    "brand_id": "halden",
    "person_id": "nora",
    "agency_id": "lumen",
    "fee_minor": 12_345,
    "currency": "EUR",
    "commission_bp": 1750,
    "payment_days": 30,
}
OLD_LINES = [
    ("brand", "halden", "usage_fee", -12_345),
    ("agency", "lumen", "commission", 2_160),
    ("person", "nora", "usage_fee", 10_185),
]


def _release_as_before(scene: Scene, render_id: str, licence: str, fee: int) -> None:
    """A release as the first version recorded it, its money aside."""
    hashes = dict.fromkeys(("sealed_sha256", "pixels_sha256", "preview_sha256"), "a" * 64)
    scene.order(render_id, licence=licence, state="released")
    with scene.database.write("maya") as tx:
        decision = {"id": f"d-{render_id}", "render_id": render_id, "kind": "signoff", "account_id": "nora-account"}
        decision |= {"choice": "approve", **hashes, "licence_id": licence, "fee_minor": fee, "currency": "EUR"}
        insert(tx, "decision", {**decision, "twin_epoch": 0, "licence_epoch": 0, "decided_at": tx.now})
        release = {"id": f"e-{render_id}", "render_id": render_id, "decision_id": f"d-{render_id}", "file_sha256": "a" * 64}
        insert(tx, "release", {**release, "account_id": "maya", "released_at": tx.now})
        tx.record("render.released", render_id, release_id=f"e-{render_id}")


def test_the_books_of_the_first_version_become_batches_amount_for_amount(tmp_path: Path) -> None:
    scene = Scene(tmp_path, fresh=False)
    first = [one for one in MIGRATIONS if one[0].startswith("moderation-00")]
    scene.database.migrate([("audit", AUDIT), *TWIN_MIGRATIONS, *first])
    with scene.database.write("test") as tx:
        for table, rows in _ROWS.items():
            for row in rows:
                insert(tx, table, row)
        for account in (MAYA, NORA):
            values = {**asdict(account), "role": account.role.value, "password_hash": "!", "created_at": tx.now}
            insert(tx, "account", values)
    _release_as_before(scene, "paid", "halden-nora", 12_345)
    _release_as_before(scene, "free", "halden-free", 0)
    with scene.database.write("maya") as tx:
        for position, (party, party_id, kind, amount) in enumerate(OLD_LINES):
            row = {"id": f"l{position}", "release_id": "e-paid", "position": position, "party": party, "party_id": party_id}
            row |= {"kind": kind, "amount_minor": amount, "currency": "EUR", "inputs": json.dumps(OLD, sort_keys=True)}
            insert(tx, "ledger_line", {**row, "posted_at": tx.now})

    assert "moderation-pay" in scene.database.migrate(MIGRATIONS)

    assert told(scene) == OLD_LINES
    kept = scene.database.rows("SELECT release_id, posted_at, audit_seq > 0 AS in_chain, kind FROM ledger_batch ORDER BY id")
    when = NOON.isoformat(timespec="microseconds")
    assert kept == [{"release_id": f"e-{one}", "posted_at": when, "in_chain": 1, "kind": "release"} for one in ("free", "paid")]
    assert ledger.check_books(scene.database) == 2
    triggers = {row["name"] for row in scene.database.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    (tmp_path / "fresh").mkdir()
    fresh = Scene(tmp_path / "fresh")
    wanted = {row["name"] for row in fresh.database.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    money = {name for name in wanted if name.startswith(("ledger_", "creative_", "download_grant_"))}
    fresh.database.close()
    assert money <= triggers
    assert {"ledger_line_keeps_update", "ledger_line_keeps_delete", "ledger_batch_balances"} <= money
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        raw(scene, "UPDATE ledger_line SET amount_minor = 1")
