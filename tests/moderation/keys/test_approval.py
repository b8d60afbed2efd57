"""What holds against whoever runs the studio: without her private key no approval verifies against her witnessed fingerprint."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from moderation.audit.chain import canonical
from moderation.errors import NotFound, SealBroken, SignatureRefused
from moderation.keys.approval import Approvals, verify_proof
from moderation.keys.her_keys import HerKeys, NewKey
from moderation.keys.her_word import Signed
from moderation.vault.seal import seal
from moderation.vault.vault import Shelf
from tests.moderation.her_hand import fingerprint, private_key, public_key, sign
from tests.moderation.scene import ADMIN, AGENT, AMARA, DISCLOSURE, MAYA, NORA, RIVAL, SOURCE, Scene, picture

WITNESSED = fingerprint(private_key("nora"))
THEIRS = generate_private_key(SECP256R1())
"""A key of the operator's own."""


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def proof_of(scene: Scene, render_id: str, account: Any = MAYA) -> str:
    return Approvals(scene.database).proof(account, render_id).decode()


def altered(proof: str, **changes: Any) -> str:
    """The proof with other facts in its statement."""
    told = json.loads(proof)
    told["statement"] = canonical({**json.loads(told["statement"]), **changes}).decode()
    return json.dumps(told)


def test_a_proof_verifies_offline_and_names_the_file(scene: Scene) -> None:
    sealed = scene.approved("image")
    found = verify_proof(proof_of(scene, "image"), WITNESSED.upper(), sealed.content)
    assert WITNESSED in found[0]
    assert "nora approved image image under licence halden-nora for 12345 minor units of EUR" in found[1]
    assert found[-1] == "The file is the sealed file she approved, byte for byte."
    with pytest.raises(SignatureRefused, match="not the image she approved"):
        verify_proof(proof_of(scene, "image"), WITNESSED, seal(picture(tone=9), DISCLOSURE, SOURCE).content)
    again = seal(picture(), "Another text around the same pixels.", SOURCE).content
    assert "pixels are those she approved" in verify_proof(proof_of(scene, "image"), WITNESSED, again)[-1]


def test_the_proof_is_for_those_who_may_know_of_the_image(scene: Scene) -> None:
    scene.approved("image")
    scene.judged("waiting")
    for account in (MAYA, NORA, AGENT, ADMIN):
        assert verify_proof(proof_of(scene, "image", account), WITNESSED)
    for account, render_id in ((RIVAL, "image"), (AMARA, "image"), (MAYA, "waiting"), (MAYA, "none")):
        with pytest.raises(NotFound):
            proof_of(scene, render_id, account)
    scene.signoff.undo(NORA, "image")
    with pytest.raises(NotFound):
        proof_of(scene, "image")


def test_an_approval_without_her_signature_counts_nothing(scene: Scene) -> None:
    sealed, other = scene.judged("image"), scene.judged("other", licence="halden-free")
    real, hand = scene.signoff.real, scene.signoff
    for word in (
        None,
        Signed(b"", b""),
        hand.signed(NORA, "other", "approve"),
        hand.signed(NORA, "image", "change"),
        Signed(hand.signed(NORA, "image", "approve").statement, bytes(64)),
        Signed(statement := hand.signed(NORA, "image", "approve").statement, sign(THEIRS, statement)),
    ):
        with pytest.raises(SignatureRefused):
            real.approve(NORA, "image", sealed.sealed_sha256, word=word)
    old = hand.signed(NORA, "image", "approve")
    scene.clock.forward(hours=1, seconds=1)
    with pytest.raises(SignatureRefused, match="more than an hour"):
        real.approve(NORA, "image", sealed.sealed_sha256, word=old)
    fresh = hand.signed(NORA, "image", "approve")
    real.approve(NORA, "image", sealed.sealed_sha256, word=fresh)
    scene.signoff.undo(NORA, "image")
    with pytest.raises(SignatureRefused):
        real.approve(NORA, "image", sealed.sealed_sha256, word=fresh)
    assert (scene.state("image"), scene.state("other")) == ("her turn", "her turn")
    assert other.sealed_sha256


def test_a_no_needs_her_word_too_but_her_password_is_enough(scene: Scene) -> None:
    scene.judged("image")
    with pytest.raises(SignatureRefused, match="give your password"):
        scene.signoff.real.refuse(NORA, "image", "quality")
    assert scene.state("image") == "her turn"


def _operate(scene: Scene, *statements: tuple[str, list[Any]]) -> None:
    """Write what an operator with the database can: triggers hold nobody who can drop them."""
    with scene.database.write("operator") as tx:
        for row in tx.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
            tx.execute(f"DROP TRIGGER {row['name']}")
        for sql, values in statements:
            tx.execute(sql, values)


def _other_image(scene: Scene) -> None:
    """Let the approval of one image stand for another, whose rows and file are put in the place of what she saw."""
    other = seal(picture(tone=9), DISCLOSURE, SOURCE)
    scene.vault.keep(Shelf.ORIGINAL, "image", other.content)
    hashes = [other.sealed_sha256, other.pixels_sha256, other.preview_sha256]
    change = "SET sealed_sha256 = ?, pixels_sha256 = ?, preview_sha256 = ?"
    _operate(scene, (f"UPDATE submission {change}", hashes), (f"UPDATE decision {change}", hashes))


def _replayed(scene: Scene) -> None:
    """Let her signature under one image approve a second one that she never decided."""
    scene.judged("second", licence="halden-free")
    _operate(
        scene,
        (
            "INSERT INTO decision SELECT 'forged', s.render_id, d.kind, d.account_id, d.choice, d.reason_code, d.note,"
            " s.sealed_sha256, s.pixels_sha256, s.preview_sha256, 'halden-free', 0, d.currency, d.twin_epoch, d.licence_epoch,"
            " d.decided_at, NULL, d.signature_id FROM decision d JOIN submission s ON s.render_id = 'second'",
            [],
        ),
        ("UPDATE render SET state = 'approved' WHERE id = 'second'", []),
        ("UPDATE render SET state = 'withdrawn' WHERE id = 'image'", []),
    )


def _cheaper(scene: Scene) -> None:
    _operate(scene, ("UPDATE licence SET fee_minor = 1", []), ("UPDATE decision SET fee_minor = 1", []))


def _unsigned(scene: Scene) -> None:
    _operate(scene, ("UPDATE decision SET signature_id = NULL", []))


def _rewritten(scene: Scene) -> None:
    """Other terms in the statement, and rows that fit them, under the signature she gave."""
    row = scene.database.rows("SELECT statement FROM signature")[0]
    forged = canonical({**json.loads(row["statement"]), "fee_minor": 1})
    _operate(
        scene,
        ("UPDATE signature SET statement = ?", [forged]),
        ("UPDATE licence SET fee_minor = 1", []),
        ("UPDATE decision SET fee_minor = 1", []),
    )


@pytest.mark.parametrize("forge", [_other_image, _replayed, _cheaper, _unsigned, _rewritten], ids=lambda f: f.__name__[1:])
def test_rows_that_her_key_did_not_sign_release_nothing_and_prove_nothing(scene: Scene, forge: Callable[[Scene], None]) -> None:
    scene.approved("image")
    forge(scene)
    image = "second" if forge is _replayed else "image"
    with pytest.raises((SignatureRefused, SealBroken)):
        scene.releases.release(MAYA, image)
    assert scene.count("release") == 0
    with pytest.raises((SignatureRefused, NotFound)):
        proof_of(scene, image)


def _their_own_key(scene: Scene, render_id: str) -> str:
    """Everything anew under a key of the operator's, as if it had always been hers; the proof that the studio then gives."""
    row = scene.database.rows("SELECT * FROM signature WHERE subject_id = ?", [render_id])[0]
    statement = canonical({**json.loads(row["statement"]), "key": fingerprint(THEIRS)})
    _operate(
        scene,
        (
            "UPDATE person_key SET public_key = ?, fingerprint = ? WHERE person_id = 'nora'",
            [public_key(THEIRS), fingerprint(THEIRS)],
        ),
        ("UPDATE signature SET statement = ?, signature = ? WHERE id = ?", [statement, sign(THEIRS, statement), row["id"]]),
    )
    return proof_of(scene, render_id)


def test_with_database_server_keys_and_backup_no_approval_verifies_against_her_witnessed_fingerprint(scene: Scene) -> None:
    sealed = scene.approved("image")
    honest = proof_of(scene, "image")
    other = seal(picture(tone=9), DISCLOSURE, SOURCE)
    forged = _their_own_key(scene, "image")
    # With a key of theirs the studio's own gate is deceived, since all its rows fit; whoever holds her fingerprint is not.
    assert scene.releases.release(MAYA, "image")
    assert verify_proof(forged, fingerprint(THEIRS), sealed.content)
    told, hers = json.loads(forged), json.loads(honest)
    pretended = _succession(told, sign(THEIRS, _follows(WITNESSED, fingerprint(THEIRS))), public_key(private_key("nora")))
    self_made = _succession(told, sign(THEIRS, _follows(WITNESSED, fingerprint(THEIRS))), public_key(THEIRS))
    borrowed = _succession(told, base64.b64decode(hers["signature"]), public_key(private_key("nora")))
    for attempt in (
        forged,
        json.dumps({**told, "fingerprint": WITNESSED}),
        json.dumps({**told, "public_key": hers["public_key"]}),
        json.dumps({**hers, "statement": told["statement"]}),
        json.dumps({**hers, "signature": told["signature"]}),
        altered(honest, fee_minor=1),
        altered(honest, sealed_sha256=other.sealed_sha256, pixels_sha256=other.pixels_sha256),
        altered(honest, renditions=["sealed file", "crops"]),
        altered(honest, render_id="second"),
        pretended,
        self_made,
        borrowed,
        json.dumps({**hers, "succession": [], "public_key": told["public_key"], "signature": told["signature"]}),
    ):
        with pytest.raises(SignatureRefused):
            verify_proof(attempt, WITNESSED)
    with pytest.raises(SignatureRefused):
        verify_proof(honest, WITNESSED, other.content)
    assert verify_proof(honest, WITNESSED, sealed.content)


def _follows(old: str, new: str) -> bytes:
    at = "2026-05-03T12:00:00.000000+00:00"
    return canonical({"kind": "person-key", "at": at, "person_id": "nora", "fingerprint": new, "replaces": old})


def _succession(told: dict[str, Any], signature: bytes, key: bytes) -> str:
    statement = _follows(WITNESSED, fingerprint(THEIRS)).decode()
    link = {"public_key": base64.b64encode(key).decode(), "statement": statement}
    return json.dumps({**told, "succession": [{**link, "signature": base64.b64encode(signature).decode()}]})


def test_who_holds_her_first_fingerprint_can_follow_her_from_key_to_key(scene: Scene) -> None:
    scene.approved("before")
    keys = HerKeys(scene.database, lambda *_: None, lambda _: False, demo=False)
    line = [private_key("nora"), private_key("second"), private_key("third")]
    for old, new in pairwise(line):
        statement = keys.draft(NORA, public_key(new))
        keys.register(NORA, NewKey(public_key(new), statement, sign(new, statement), sign(old, statement)), "")
        scene.clock.forward(minutes=1)
    sealed, hand = scene.judged("image"), replace(scene.signoff, key_of=lambda _: line[2])
    hand.approve(NORA, "image", sealed.sealed_sha256)
    for witnessed, steps in ((line[0], "by 2 signatures"), (line[1], "by 1 signature"), (line[2], "with the fingerprint")):
        assert steps in verify_proof(proof_of(scene, "image"), fingerprint(witnessed))[0]
    with pytest.raises(SignatureRefused, match="does not follow"):
        verify_proof(proof_of(scene, "image"), fingerprint(THEIRS))
    with pytest.raises(SignatureRefused, match="does not follow"):
        verify_proof(proof_of(scene, "before"), fingerprint(line[2]))
    assert scene.releases.release(MAYA, "before")
    with pytest.raises(SignatureRefused):
        scene.signoff.undo(NORA, "image")


def test_what_two_readers_could_read_differently_proves_nothing(scene: Scene) -> None:
    scene.approved("image")
    told = json.loads(proof_of(scene, "image"))
    twice = told["statement"].replace("{", '{"fee_minor":1,', 1)
    for statement in (twice, told["statement"].replace(":", ": ")):
        signature = base64.b64encode(sign(private_key("nora"), statement.encode())).decode()
        with pytest.raises(SignatureRefused):
            verify_proof(json.dumps({**told, "statement": statement, "signature": signature}), WITNESSED)


@pytest.mark.parametrize("junk", ["", "{}", "[]", "null", "[" * 100_000, '{"format": "twin-studio approval 1"}', '{"format": 7}'])
def test_what_is_no_proof_is_refused_in_one_sentence(junk: str) -> None:
    with pytest.raises(SignatureRefused):
        verify_proof(junk, WITNESSED)
