"""A home that was made before licences had prices keeps every row, and holds them to the new rules from then on."""

from pathlib import Path

import pytest
from sqlite_utils.utils import sqlite3

from moderation.database import Database, append_only
from moderation.schema.tables import AUDIT, MIGRATIONS
from tests.twin.cast import ASSETS, NOW
from twin import demo
from twin.consents.consent import PayBasis
from twin.consents.documents import Documents
from twin.licences.licence import Exclusivity
from twin.registry import registry
from twin.registry.written import consent_row, licence_row, read_licence
from twin.schema.rights import MIGRATIONS as RIGHTS
from twin.schema.tables import KEPT, REGISTRY, STUDIO

CAST = demo.Demo.read(ASSETS / "demo")
BEFORE = [("audit", AUDIT), ("twin-001-registry", REGISTRY), ("twin-002-studio", STUDIO), ("kept", append_only(*KEPT))]


class Reader:
    """Nora herself."""

    person_id: str | None = "nora"
    agency_id: str | None = None
    brand_id: str | None = None


def old_home(folder: Path) -> Database:
    """The demo's registry and one image, as they were written before."""
    database = Database(folder / "studio.sqlite", lambda: NOW)
    database.migrate(BEFORE)
    with database.write("test") as tx:
        for table, rows in {
            "agency": [{"id": one["id"], "name": one["name"], "commission_bp": one["commission_bp"]} for one in CAST.agencies],
            "brand": [{"id": one["id"], "name": one["name"]} for one in CAST.brands],
            "person": [
                {
                    "id": p["id"],
                    "name": p["name"],
                    "agency_id": p["agency"],
                    "fictional": int(p["id"] != "mei"),
                    "created_at": "x",
                }
                for p in CAST.people
            ],
            "twin": [{"id": p["id"], "person_id": p["id"], "name": p["twin_name"], "created_at": "x"} for p in CAST.people],
            "consent": [{"id": f"{p['id']}-1", **consent_row(demo.consent_of(p, NOW))} for p in CAST.people],
            "licence": [
                {
                    "id": told["id"],
                    "consent_id": f"{told['twin']}-1",
                    **licence_row(demo.licence_of(told, NOW)),
                    "created_at": "x",
                }
                for told in CAST.licences
            ],
            "shoot": [{"id": "s", "brand_id": "osterby", "title": "Autumn", "account_id": "maya", "created_at": "x"}],
        }.items():
            known = {column["name"] for column in tx.execute(f"PRAGMA table_info({table})")}
            for row in rows:
                kept = {name: value for name, value in row.items() if name in known}
                tx.execute(f"INSERT INTO {table} ({', '.join(kept)}) VALUES ({', '.join(f':{name}' for name in kept)})", kept)
        tx.execute(
            "INSERT INTO render VALUES ('r', 's', 'nora', 'osterby-nora', 'osterby', 'maya', NULL, 'atelier', '{}', 1,"
            " 'released', 0, 0, 0, NULL, 'x', 'x')"
        )
    return database


def test_every_row_is_kept_and_gains_what_it_lacked(tmp_path: Path) -> None:
    database = old_home(tmp_path)
    rows = {table: database.rows(f"SELECT * FROM {table} ORDER BY id") for table in ("consent", "licence", "render")}
    assert [name for name in database.migrate([*BEFORE, *RIGHTS, *MIGRATIONS]) if name.startswith("twin")] == [
        n for n, _ in RIGHTS
    ]
    for table, before in rows.items():
        after = database.rows(f"SELECT * FROM {table} ORDER BY id")
        assert [{name: row[name] for name in before[0]} for row in after] == before
    licences = {row["id"]: read_licence(row) for row in database.rows("SELECT * FROM licence")}
    nora, viktor = licences["osterby-nora"], licences["calloway-viktor"]
    assert (nora.exclusivity, nora.category, nora.commission_bp) == (Exclusivity.NONE, "knitwear", 1800)
    assert (nora.fee_model, nora.priced, nora.earliest_use_at, viktor.commission_bp) == (PayBasis.IMAGE, None, None, 0)
    window = database.rows("SELECT * FROM licence_window WHERE licence_id = 'osterby-nora'")[0]
    assert window["use_starts_at"] == window["starts_at"]
    with database.write("test") as tx:
        assert registry.licence_in_force(tx, "osterby-nora", "osterby")["images_left"] == 199


def test_the_fictional_cast_has_its_consent_to_be_measured_and_a_real_person_has_none(tmp_path: Path) -> None:
    database = old_home(tmp_path)
    database.migrate([*BEFORE, *RIGHTS, *MIGRATIONS])
    held = {row["person_id"] for row in database.rows("SELECT person_id FROM biometric_window")}
    assert held == {person["id"] for person in CAST.people} - {"mei"}
    assert [one.kind for one in Documents(database).of(Reader())] == ["biometric", "painting"]


def test_the_new_rules_hold_for_the_old_rows(tmp_path: Path) -> None:
    database = old_home(tmp_path)
    database.migrate([*BEFORE, *RIGHTS, *MIGRATIONS])
    for change in ("commission_bp = 2001", "exclusivity = 'category', category = ''", "fee_minor = 1", "rate = '{\"a\":1}'"):
        with pytest.raises(sqlite3.IntegrityError), database.write("test") as tx:
            tx.execute(f"UPDATE licence SET {change} WHERE id = 'osterby-nora'")
    for table in ("rate_card", "biometric_consent", "training_consent", "consent_document"):
        names = {row["name"] for row in database.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
        assert {f"{table}_keeps_update", f"{table}_keeps_delete"} <= names


def test_an_old_demo_gets_its_rate_cards_once(tmp_path: Path) -> None:
    database = old_home(tmp_path)
    database.migrate([*BEFORE, *RIGHTS, *MIGRATIONS])
    for _ in range(2):
        demo.plant_once(database, ASSETS, lambda _: None)
    assert [row["id"] for row in database.rows("SELECT id FROM rate_card ORDER BY id")] == ["lantern-rates-1", "meridian-rates-1"]
