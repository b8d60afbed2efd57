"""A draft of Nora's lies there: everybody tries to read it, to sign it for her, to decline it, and to have her sign another."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from moderation.keys.her_word import Signed
from tests.attacks.intruder import Theatre
from tests.attacks.stage import PAIRS, Stage, changes
from tests.attacks.test_in_her_place import told
from tests.moderation.her_hand import fingerprint, key_of, sent, sign
from twin.registry.written import read_consent

EVERYBODY = tuple(login for pair in PAIRS.values() for login in pair)


def draft_of(stage: Stage, twin: str = "nora") -> str:
    """A draft of her next consent by her agency."""
    _, drafts = stage.studio.painting.papers
    row = stage.database.rows("SELECT * FROM consent WHERE twin_id = ? ORDER BY version DESC LIMIT 1", [twin])[0]
    now = stage.clock()
    told = {"version": row["version"] + 1, "starts_at": now + timedelta(days=2), "ends_at": now + timedelta(days=200)}
    return str(drafts.draft(stage.account("greta"), replace(read_consent(row), **told, signed_at=now)))


@pytest.fixture
def draft(theatre: Theatre) -> str:
    return draft_of(theatre.stage)


def seen(stage: Stage, draft_id: str) -> str:
    return str(stage.database.rows("SELECT text_sha256 FROM consent_draft WHERE id = ?", [draft_id])[0]["text_sha256"])


def sent_by(theatre: Theatre, login: str, path: str, **fields: str) -> Any:
    visitor = theatre.as_one(login)
    return visitor.client.post(path, data={"form": visitor.token("/"), **fields})


def signed_word(stage: Stage, draft_id: str) -> str:
    """Nora's true signature over the draft."""
    nora = stage.account("nora")
    _, drafts = stage.studio.painting.papers
    key = key_of(nora)
    statement = stage.house.consent_word.statement(draft_id, drafts.facts(nora, draft_id), fingerprint(key))
    return sent(Signed(statement, sign(key, statement)))


def test_only_she_and_her_agency_read_a_draft(theatre: Theatre, draft: str) -> None:
    found = {login: theatre.as_one(login).client.get(f"/consent-draft/{draft}").status_code for login in EVERYBODY}
    assert {login for login, status in found.items() if status == 200} == {"nora", "greta"}
    assert set(found.values()) == {200, 404}
    assert "Sign it" in theatre.as_one("nora").client.get(f"/consent-draft/{draft}").text
    assert "Sign it" not in theatre.as_one("greta").client.get(f"/consent-draft/{draft}").text


@pytest.mark.parametrize("login", [one for one in EVERYBODY if one != "nora"])
def test_nobody_signs_declines_or_learns_her_statement_with_her_own_signature_in_hand(
    theatre: Theatre, draft: str, login: str
) -> None:
    word = signed_word(theatre.stage, draft)
    before = theatre.stage.rows()
    for path, fields in (
        (f"/consent-draft/{draft}/sign", {"seen": seen(theatre.stage, draft), "word": word}),
        (f"/consent-draft/{draft}/decline", {}),
        (f"/statement/consent/{draft}", {"key": "x"}),
    ):
        assert sent_by(theatre, login, path, **fields).status_code == 404, path
    assert changes(before, theatre.stage.rows()) == set()
    who = theatre.stage.account(login).id
    assert [one for one in told(theatre.stage, who) if one[1] == draft] == [
        ("sign a consent", draft),
        ("decline a consent", draft),
    ]


def test_what_she_did_not_read_or_sign_is_no_consent(theatre: Theatre, draft: str) -> None:
    stage = theatre.stage
    word, other = signed_word(stage, draft), "0" * 64
    before = stage.rows()
    for fields in (
        {"seen": other, "word": word},
        {"seen": seen(stage, draft), "word": word.replace("signature", "signatur")},
        {"seen": seen(stage, draft), "word": word[:-20] + "A" * 18 + '"}'},
        {"seen": seen(stage, draft), "word": '{"unsigned": true}'},
    ):
        assert sent_by(theatre, "nora", f"/consent-draft/{draft}/sign", **fields).status_code == 409, fields
    assert changes(before, stage.rows()) == set()


def test_with_her_signature_it_is_a_document_and_the_draft_is_over(theatre: Theatre, draft: str) -> None:
    stage = theatre.stage
    fields = {"seen": seen(stage, draft), "word": signed_word(stage, draft)}
    answer = sent_by(theatre, "nora", f"/consent-draft/{draft}/sign", **fields)
    assert answer.status_code == 303
    page = theatre.as_one("nora").client.get(answer.headers["location"]).text
    spelled = fingerprint(key_of(stage.account("nora")))
    assert " ".join(spelled[at : at + 4] for at in range(0, 64, 4)) in page
    assert seen(stage, draft) in page
    assert "It binds nobody" in page  # what a demo's signature is worth
    assert sent_by(theatre, "nora", f"/consent-draft/{draft}/sign", **fields).status_code == 409
    assert theatre.as_one("theo").client.get(answer.headers["location"]).status_code == 404  # no licence rests on it yet


def test_a_demo_document_that_nobody_signed_says_so(theatre: Theatre) -> None:
    assert "Unsigned: fictional cast of a demo" in theatre.as_one("nora").client.get("/consent/nora-1").text
    bound = theatre.as_one("maya").client.get("/consent/nora-1").text
    assert "This is what binds your licence" in bound
    assert "EUR 140.00" not in bound
