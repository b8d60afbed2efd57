"""A consent counts with her password and her key's signature over exactly the text she read, and with nothing less."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from moderation.errors import SignatureRefused
from moderation.keys.consent_word import ConsentAnswer, ConsentWord, Given
from moderation.keys.her_keys import HerKeys
from moderation.keys.her_word import Confirmed, HerWord, Signed
from tests.moderation.her_hand import fingerprint, private_key, sign
from tests.moderation.keys.test_her_keys import Passwords
from tests.moderation.scene import AMARA, NORA, Scene

KEY = private_key("nora")
FACTS: dict[str, Any] = {"kind": "painting", "person_id": "nora", "twin_id": "nora", "version": 2, "text_sha256": "ab" * 32}


class Signing:
    """A studio with passwords, or a demo without."""

    def __init__(self, home: Path, *, demo: bool = False) -> None:
        self.scene, self.passwords = Scene(home), Passwords()
        keys = HerKeys(self.scene.database, self.passwords, lambda _: demo, demo=demo)
        self.word = ConsentWord(self.scene.database, keys, HerWord(keys))

    def signed(self, facts: dict[str, Any] = FACTS, draft_id: str = "draft", by: str = "nora") -> Signed:
        key = private_key(by)
        statement = self.word.statement(draft_id, facts, fingerprint(key))
        return Signed(statement, sign(key, statement))

    def given(self, answer: ConsentAnswer, facts: dict[str, Any] = FACTS, draft_id: str = "draft") -> Given:
        with self.scene.database.write(NORA.id) as tx:
            return self.word.given(tx, NORA, draft_id, facts, answer)

    def right(self, signed: Signed | None = None) -> ConsentAnswer:
        return ConsentAnswer(signed or self.signed(), self.passwords.proof())


@pytest.fixture
def signing(tmp_path: Path) -> Signing:
    return Signing(tmp_path)


def test_password_and_signature_together_are_kept_with_the_key_that_signed(signing: Signing) -> None:
    given = signing.given(signing.right())
    assert given.key_fingerprint == fingerprint(KEY)
    row = signing.scene.database.rows("SELECT * FROM signature WHERE id = ?", [given.signature_id])[0]
    assert (row["kind"], row["subject_id"], row["statement"]) == ("consent", "draft", given.statement)
    assert b'"text_sha256":"' + b"ab" * 32 in row["statement"]
    assert b'"document":"painting"' in row["statement"]


@pytest.mark.parametrize(
    "answer",
    [
        lambda at: ConsentAnswer(at.signed(), "guessed"),
        lambda at: ConsentAnswer(None, at.passwords.proof()),
        lambda at: ConsentAnswer(Confirmed(at.passwords.proof()), at.passwords.proof()),
        lambda at: at.right(at.signed(by="somebody")),
        lambda at: at.right(at.signed({**FACTS, "text_sha256": "cd" * 32})),
        lambda at: at.right(at.signed({**FACTS, "version": 3})),
        lambda at: at.right(at.signed(draft_id="another")),
        lambda at: at.right(replace(at.signed(), signature=b"x" * 64)),
    ],
    ids=["wrong password", "no signature", "password twice", "another key", "another text", "another version", "draft", "noise"],
)
def test_anything_less_is_refused(signing: Signing, answer: Callable[[Signing], ConsentAnswer]) -> None:
    with pytest.raises(SignatureRefused):
        signing.given(answer(signing))
    assert signing.scene.count("signature") == 0


def test_a_signature_counts_once_and_within_its_hour(signing: Signing) -> None:
    once = signing.signed()
    signing.given(signing.right(once))
    with pytest.raises(SignatureRefused, match="counted already"):
        signing.given(signing.right(once))
    late = signing.signed(draft_id="late")
    signing.scene.clock.forward(hours=1, seconds=1)
    with pytest.raises(SignatureRefused, match="more than an hour old"):
        signing.given(signing.right(late), draft_id="late")


def test_in_a_demo_nobody_is_asked_for_a_password_and_what_is_signed_is_still_verified(tmp_path: Path) -> None:
    demo = Signing(tmp_path, demo=True)
    assert demo.given(ConsentAnswer(None, "")) == Given()
    assert demo.given(ConsentAnswer(demo.signed(), "")).key_fingerprint == fingerprint(KEY)
    with pytest.raises(SignatureRefused):
        demo.given(ConsentAnswer(demo.signed(by=str(AMARA.person_id)), ""))
