"""Whose key is whose: made after a password, followed only with the old key's word or a witness, and never by anybody alone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from moderation.access.account import Account, Role
from moderation.audit.chain import canonical
from moderation.errors import NotFound, NotYours, SignatureRefused
from moderation.keys.her_keys import HerKeys, NewKey
from tests.moderation.her_hand import fingerprint, private_key, public_key, sign
from tests.moderation.scene import ADMIN, AGENT, AMARA, MAYA, MODO, NORA, Scene, insert

OLD, NEW, OTHER = private_key("nora"), private_key("new"), private_key("other")
AWAY = Account("away", "away", "Another Agent", Role.AGENCY, agency_id="away")


class Passwords:
    """Whoever says "right" gave her password; each proof counts once."""

    def __init__(self) -> None:
        self.spent: list[str] = []

    def __call__(self, _tx: object, account: Account, proof: str) -> None:
        if proof != f"right {account.id} {len(self.spent)}":
            raise SignatureRefused("Give your password again.")
        self.spent.append(proof)

    def proof(self, account: Account = NORA) -> str:
        return f"right {account.id} {len(self.spent)}"


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = Scene(tmp_path)
    with scene.database.write("test") as tx:
        insert(tx, "agency", {"id": "away", "name": "Away", "commission_bp": 1000})
        values = {"id": "away", "login": "away", "name": "A", "role": "agency", "agency_id": "away"}
        insert(tx, "account", {**values, "password_hash": "!", "created_at": tx.now})
        row = {"id": "ines", "name": "Ines", "agency_id": None, "fictional": 1, "created_at": tx.now}
        insert(tx, "person", row)
        values = {"id": "ines-account", "login": "ines", "name": "Ines", "role": "model", "person_id": "ines"}
        insert(tx, "account", {**values, "password_hash": "!", "created_at": tx.now})
    return scene


INES = Account("ines-account", "ines", "Ines", Role.MODEL, person_id="ines")


def keys_of(scene: Scene, passwords: Passwords, *, demo: bool = False, is_open: bool = False) -> HerKeys:
    return HerKeys(scene.database, passwords, lambda _: is_open, demo=demo)


def asking(
    keys: HerKeys, account: Account, key: EllipticCurvePrivateKey, endorsed_by: EllipticCurvePrivateKey | None = None
) -> NewKey:
    """A new key as a browser sends it."""
    statement = keys.draft(account, public_key(key))
    return NewKey(public_key(key), statement, sign(key, statement), sign(endorsed_by, statement) if endorsed_by else None)


def events(scene: Scene) -> list[dict[str, Any]]:
    return scene.database.rows(
        "SELECT actor, event, json_extract(facts, '$.fingerprint') AS fingerprint, json_extract(facts, '$.origin') AS origin,"
        " json_extract(facts, '$.witnessed_by') AS witness FROM audit WHERE event LIKE 'key.%' ORDER BY seq"
    )


def test_her_first_key_is_made_after_her_password_and_stands_in_the_audit_chain(scene: Scene) -> None:
    passwords = Passwords()
    keys = keys_of(scene, passwords)
    with pytest.raises(SignatureRefused):
        keys.register(INES, asking(keys, INES, NEW), "guessed")
    assert keys.current("ines") is None
    made = keys.register(INES, asking(keys, INES, NEW), passwords.proof(INES))
    assert made == keys.current("ines")
    assert made is not None
    assert (made.fingerprint, made.origin) == (fingerprint(NEW), "first")
    (event,) = events(scene)
    assert (event["actor"], event["fingerprint"], event["origin"]) == ("ines-account", fingerprint(NEW), "first")


def test_nobody_else_makes_a_key_in_her_place(scene: Scene) -> None:
    passwords = Passwords()
    keys = keys_of(scene, passwords)
    new = asking(keys, NORA, NEW, OLD)
    for account in (MAYA, MODO, AGENT, ADMIN):
        with pytest.raises(NotYours):
            keys.register(account, new, passwords.proof(account))
    with pytest.raises(SignatureRefused):
        keys.register(AMARA, new, passwords.proof(AMARA))
    with pytest.raises(NotYours):
        keys.register(replace(NORA, id="amara-account"), new, passwords.proof())
    assert [key.fingerprint for key in keys.of("nora")] == [fingerprint(OLD)]


def test_a_new_key_follows_the_old_one_by_its_signature(scene: Scene) -> None:
    passwords = Passwords()
    keys = keys_of(scene, passwords)
    made = keys.register(NORA, asking(keys, NORA, NEW, OLD), passwords.proof())
    assert made is not None
    assert (made.origin, made.replaces_id) == ("endorsed", "nora-key")
    assert [key.replaced_at is None for key in keys.of("nora")] == [False, True]
    with pytest.raises(SignatureRefused, match="somebody's before"):
        keys.register(NORA, asking(keys, NORA, OLD, NEW), passwords.proof())


@pytest.mark.parametrize("endorser", [OTHER, NEW], ids=["a stranger's key", "the new key itself"])
def test_the_word_of_another_key_lets_no_new_one_in(scene: Scene, endorser: EllipticCurvePrivateKey) -> None:
    passwords = Passwords()
    keys = keys_of(scene, passwords)
    with pytest.raises(SignatureRefused):
        keys.register(NORA, asking(keys, NORA, NEW, endorser), passwords.proof())
    assert [key.fingerprint for key in keys.of("nora")] == [fingerprint(OLD)]


def test_a_key_that_did_not_sign_for_itself_is_not_taken(scene: Scene) -> None:
    passwords = Passwords()
    keys = keys_of(scene, passwords)
    right = asking(keys, NORA, NEW, OLD)
    forged = canonical({"kind": "person-key", "at": scene.clock().isoformat(timespec="microseconds"), "fingerprint": "0" * 64})
    for wrong in (
        replace(right, signature=sign(OLD, right.statement)),
        replace(right, public_key=public_key(OTHER)),
        NewKey(public_key(NEW), forged, sign(NEW, forged), sign(OLD, forged)),
    ):
        with pytest.raises(SignatureRefused):
            keys.register(NORA, wrong, passwords.proof())
    scene.clock.forward(hours=1, seconds=1)
    with pytest.raises(SignatureRefused, match="more than an hour"):
        keys.register(NORA, right, passwords.proof())
    assert [key.fingerprint for key in keys.of("nora")] == [fingerprint(OLD)]


def test_without_the_old_key_a_witness_lets_the_new_one_in_which_she_asked_for(scene: Scene) -> None:
    passwords = Passwords()
    keys = keys_of(scene, passwords)
    with pytest.raises(NotFound):
        keys.witness(ADMIN, "nora", fingerprint(NEW))
    assert keys.register(NORA, asking(keys, NORA, NEW), passwords.proof()) is None
    assert (keys.current("nora").fingerprint, keys.waiting("nora")) == (fingerprint(OLD), fingerprint(NEW))  # type: ignore[union-attr]
    for account in (MAYA, MODO, NORA, AWAY):
        with pytest.raises(NotYours):
            keys.witness(account, "nora", fingerprint(NEW))
    with pytest.raises(NotFound):
        keys.witness(ADMIN, "nora", fingerprint(OTHER))
    made = keys.witness(AGENT, "nora", fingerprint(NEW).upper())
    assert (made.origin, made.witnessed_by, made.fingerprint) == ("witnessed", "agent", fingerprint(NEW))
    assert keys.waiting("nora") is None
    asked, let_in = events(scene)
    assert (asked["event"], asked["actor"]) == ("key.asked", "nora-account")
    assert (let_in["actor"], let_in["witness"], let_in["origin"]) == ("agent", "agent", "witnessed")


def test_only_the_last_key_that_she_asked_for_can_be_witnessed(scene: Scene) -> None:
    passwords = Passwords()
    keys = keys_of(scene, passwords)
    for key in (NEW, OTHER):
        keys.register(NORA, asking(keys, NORA, key), passwords.proof())
    with pytest.raises(NotFound):
        keys.witness(ADMIN, "nora", fingerprint(NEW))
    assert keys.witness(ADMIN, "nora", fingerprint(OTHER)).fingerprint == fingerprint(OTHER)


def test_a_demos_visitor_replaces_a_key_without_proof_but_not_that_of_somebody_with_a_password(scene: Scene) -> None:
    passwords = Passwords()
    free = keys_of(scene, passwords, demo=True, is_open=True)
    made = free.register(NORA, asking(free, NORA, NEW), "")
    assert made is not None
    assert (made.origin, free.standing(NORA).open) == ("demo", True)
    for keys in (keys_of(scene, passwords, demo=True), keys_of(scene, passwords, is_open=True)):
        with pytest.raises(SignatureRefused):
            keys.register(NORA, asking(keys, NORA, OTHER), "")


def test_a_signature_counts_once_while_fresh_and_for_its_kind(scene: Scene) -> None:
    keys, now = scene.keys, scene.clock().isoformat(timespec="microseconds")
    statement = canonical({"kind": "consent", "at": now, "text": "I agree."})
    signature = sign(OLD, statement)

    def check(kind: str, said: bytes, signed: bytes, person: str = "nora") -> str:
        with scene.database.write("test") as tx:
            return keys.check(tx, person, kind, "nora-1", said, signed)

    early = canonical({"kind": "consent", "at": now.replace("T12", "T13"), "text": "I agree."})
    elsewhere = canonical({"kind": "consent", "at": now, "key": "0" * 64})
    loose = statement.replace(b":", b": ")
    for refused in (
        lambda: check("signoff", statement, signature),
        lambda: check("consent", statement, signature, "amara"),
        lambda: check("consent", statement, signature, "ines"),
        lambda: check("consent", early, sign(OLD, early)),
        lambda: check("consent", elsewhere, sign(OLD, elsewhere)),
        lambda: check("consent", loose, sign(OLD, loose)),
        lambda: check("consent", b"[]", sign(OLD, b"[]")),
        lambda: check("consent", b"\xff", sign(OLD, b"\xff")),
    ):
        with pytest.raises(SignatureRefused):
            refused()
    assert scene.count("signature") == 0
    kept = check("consent", statement, signature)
    assert scene.database.rows("SELECT id, key_id, kind, subject_id FROM signature") == [
        {"id": kept, "key_id": "nora-key", "kind": "consent", "subject_id": "nora-1"}
    ]
    with pytest.raises(SignatureRefused, match="counted already"):
        check("consent", statement, sign(OLD, statement))


def test_keys_and_signatures_are_never_changed_or_forgotten(scene: Scene) -> None:
    scene.approved("image")
    for attack in (
        "UPDATE person_key SET public_key = zeroblob(91)",
        "UPDATE person_key SET person_id = 'amara' WHERE id = 'nora-key'",
        "DELETE FROM person_key",
        "INSERT OR REPLACE INTO person_key SELECT * FROM person_key",
        "UPDATE signature SET statement = x'00'",
        "DELETE FROM signature",
        "INSERT OR REPLACE INTO signature SELECT * FROM signature",
    ):
        with pytest.raises(Exception, match=r"key is never|never changed"), scene.database.write("operator") as tx:
            tx.execute(attack)
