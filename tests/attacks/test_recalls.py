"""Recalls and receipts, asked for and answered with a good form by everybody whose they are not."""

import base64
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from moderation.audit.heads import Head
from tests.attacks.intruder import Theatre
from tests.attacks.stage import PAIRS, changes

STRANGERS = {login: 404 if login == "theo" else 403 for pair in PAIRS.values() for login in pair if login != "maya"}
"""To another brand there is no such recall; other roles answer none."""


def recall_of(theatre: Theatre, image: str) -> str:
    return str(theatre.stage.database.rows("SELECT id FROM recall WHERE render_id = ?", [image])[0]["id"])


def test_only_the_brand_itself_answers_a_recall_and_by_the_very_same_form(theatre: Theatre) -> None:
    recall = recall_of(theatre, theatre.stage.bring("recalled", "maya", "kofi"))
    said = {"recall": recall, "name": "Maya Fennimore"}
    before = theatre.stage.rows()
    for login, status in STRANGERS.items():
        visitor = theatre.as_one(login)
        for path in ("/recalls/acknowledge", "/recalls/deleted"):
            answer = visitor.client.post(path, data={**said, "form": visitor.token()})
            assert answer.status_code == status, (login, path)
    maya = theatre.as_one("maya")
    for path in ("/recalls/acknowledge", "/recalls/deleted"):
        assert maya.client.post(path, data=said).status_code == 403
        assert maya.client.post(path, data={"form": maya.token()}).status_code in (400, 409)
        assert maya.client.post(path, data={**said, "recall": ["x", recall], "form": maya.token()}).status_code == 404
    assert changes(before, theatre.stage.rows()) == set()
    for path in ("/recalls/acknowledge", "/recalls/deleted"):
        answer = maya.client.post(path, data={**said, "form": maya.token()}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/recalls")
    assert [table for table, _ in changes(before, theatre.stage.rows())] == ["recall_answer"] * 2


def test_a_list_of_recalls_shows_nothing_of_another_brand(theatre: Theatre) -> None:
    hers, other = (recall_of(theatre, theatre.stage.cast[maker, "nora", "recalled"]) for maker in ("maya", "theo"))
    for login, own, foreign in (("maya", hers, other), ("theo", other, hers)):
        page = theatre.as_one(login).client.get("/recalls").text
        assert (own in page, foreign in page) == (True, False)


def test_a_receipt_verifies_against_the_key_in_its_audit_head_and_no_altered_one_does(theatre: Theatre) -> None:
    image = theatre.stage.cast["maya", "nora", "recalled"]
    taken = theatre.stage.database.rows("SELECT id FROM taking_back WHERE subject_id = ?", [image])[0]["id"]
    theatre.stage.house.settle()
    file = theatre.as_one("nora").client.get(f"/revocation/{taken}/receipt.json").json()
    said = json.loads(file["statement"])
    head = Head.read(said["head"])
    key = Ed25519PublicKey.from_public_bytes(head.public_key)
    signature = base64.b64decode(file["signature"])
    key.verify(signature, file["statement"].encode())
    with pytest.raises(InvalidSignature):
        key.verify(signature, file["statement"].replace("recalled", "released").encode())
    assert file["key_fingerprint"] == head.fingerprint
    (row,) = theatre.stage.database.rows("SELECT hash FROM audit WHERE seq = ?", [head.seq])
    assert row["hash"] == head.hash
    assert [(one["render_id"], one["became"]) for one in said["images"]] == [(image, "recalled")]
