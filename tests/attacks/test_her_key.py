"""Everybody but she tries to approve in her place, or to have a key that counts as hers: by the page, and past it."""

import json
from base64 import b64encode
from typing import Any

import pytest

from moderation.access.invitation import Invitations
from tests.attacks.arguments import arguments, ids_of
from tests.attacks.intruder import Intruder, Theatre
from tests.attacks.stage import PAIRS, Stage, changes
from tests.moderation.access.little_site import PASSWORD
from tests.moderation.her_hand import fingerprint, private_key, public_key, sent, sign

OTHERS = [login for pair in PAIRS.values() for login in pair if login != "nora"]
THEIRS = private_key("an intruder")


def post(visitor: Intruder, path: str, **fields: str) -> tuple[int, dict[str, Any]]:
    """Send a form of ours, with the visitor's own token."""
    form = str(visitor.client.get("/form-token").json()["form"])
    answer = visitor.client.post(path, data={"form": form, **fields})
    return answer.status_code, answer.json()


@pytest.mark.parametrize("login", OTHERS)
def test_nobody_else_gets_her_statement_to_sign_or_a_key_in_her_name(theatre: Theatre, login: str) -> None:
    stage, visitor = theatre.stage, theatre.as_one(login)
    image = stage.cast["maya", "nora", "her turn"]
    key = b64encode(public_key(THEIRS)).decode()
    hers = stage.house.keys.draft(stage.account("nora"), public_key(THEIRS))
    signature = b64encode(sign(THEIRS, hers)).decode()
    before = stage.rows()
    status, _ = post(visitor, f"/statement/image/{image}", choice="approve", key=fingerprint(THEIRS))
    assert status == 404
    status, _ = post(visitor, "/statement/taking-back/consent/nora-1", key=fingerprint(THEIRS))
    assert status == 404
    status, _ = post(visitor, "/my-key", public_key=key, statement=hers.decode(), signature=signature, endorsement="", proof="")
    assert status == (409 if login == "mei" else 404)
    assert changes(before, stage.rows()) == set()


@pytest.mark.parametrize("login", OTHERS)
def test_nobody_else_approves_in_her_place_even_with_what_she_herself_signed(theatre: Theatre, login: str) -> None:
    stage = theatre.stage
    image = stage.cast["maya", "nora", "her turn"]
    stolen = sent(stage.signs.signed(stage.account("nora"), image, "approve"))
    number = theatre.function("/me", "approve")
    values = arguments(stage, "/me", theatre.blocks["/me"].fns[number], ids_of(stage, "maya", image, "nora"))
    before = stage.rows()
    assert theatre.straight(login, "/me", "approve", [*values[:-1], stolen]).startswith("refused")
    assert changes(before, stage.rows()) == set()


def test_her_session_without_her_key_approves_nothing_and_without_her_password_changes_no_key(theatre: Theatre) -> None:
    stage: Stage = theatre.stage
    image = stage.bring("her turn", "theo", "ines")
    her = stage.account("ines")
    invitations = Invitations(stage.house.accounts)
    invitations.accept(invitations.make("ines", "test"), PASSWORD)
    visitor = Intruder(theatre.address)
    assert visitor.sign_in("ines").status_code == 303
    number = theatre.function("/me", "approve")
    values = arguments(stage, "/me", theatre.blocks["/me"].fns[number], ids_of(stage, "theo", image, "ines"))
    statement = stage.house.signs.statement(her, image, "approve", fingerprint(THEIRS))
    forged = json.dumps({"statement": statement.decode(), "signature": b64encode(sign(THEIRS, statement)).decode()})
    hers = stage.house.keys.draft(her, public_key(THEIRS))
    fields = {"public_key": b64encode(public_key(THEIRS)).decode(), "statement": hers.decode()}
    fields |= {"signature": b64encode(sign(THEIRS, hers)).decode()}
    before = stage.rows()
    for place, word in enumerate(("", forged, "{}", "[" * 10_000, '{"confirmed": "guessed"}', '{"unsigned": true}')):
        status, _ = visitor.call("/me", number, [*values[:-1], word], f"intruder{place}")
        assert status != 200, word
    for proof in ("", "guessed"):
        status, said = post(visitor, "/my-key", **fields, proof=proof)
        assert (status, "password" in said["error"]) == (409, True)
    assert post(visitor, "/confirm", password="guessed at random")[0] == 400
    assert changes(before, stage.rows()) == set()
    assert stage.state(image) == "her turn"
    proof = post(visitor, "/confirm", password=PASSWORD)[1]["proof"]
    status, said = post(visitor, "/my-key", **fields, proof=proof)
    assert (status, said["waiting"], said["fingerprint"] == fingerprint(THEIRS)) == (200, fingerprint(THEIRS), False)
