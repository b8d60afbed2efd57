"""How she stands behind a consent: her password given anew, and her key's signature over the hash of the text she read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moderation.access.account import Account
from moderation.audit.chain import canonical
from moderation.database import Database
from moderation.desk.moves import Writing
from moderation.errors import SignatureRefused
from moderation.keys.her_keys import HerKeys
from moderation.keys.her_word import HerWord, Said, Signed, Word

CONSENT = "consent"
"""The kind of the statement."""


@dataclass(frozen=True)
class ConsentAnswer:
    """What her browser sends: her key's word over the statement, and the proof that she gave her password just now."""

    word: Word
    proof: str


@dataclass(frozen=True)
class Given:
    """Her signature as it is kept, and the key that made it; all None where a demo's fictional cast gives none."""

    signature_id: str | None = None
    key_fingerprint: str | None = None
    statement: bytes | None = None


class ConsentWord:
    """Asks for password and signature within the transaction of the signing; neither replaces the other."""

    def __init__(self, database: Database, keys: HerKeys, word: HerWord) -> None:
        self._database = database
        self._keys = keys
        self._word = word

    def statement(self, draft_id: str, facts: Mapping[str, Any], key: str) -> bytes:
        """What her key signs now about a draft: `facts` with the text's hash among them, the time, and which key it is."""
        at = self._database.clock().isoformat(timespec="microseconds")
        return _statement(draft_id, facts, {"at": at, "key": key})

    def given(self, tx: Writing, account: Account, draft_id: str, facts: Mapping[str, Any], answer: ConsentAnswer) -> Given:
        """Her signature over these very facts. Only a demo's people, whom anybody can be, may leave both away.

        Raises SignatureRefused.
        """
        if self._keys.needs_no_password(account):
            if not isinstance(answer.word, Signed):
                return Given()
        else:
            self._keys.spend(tx, account, answer.proof)
            if not isinstance(answer.word, Signed):
                raise SignatureRefused("A consent counts only with your key's signature, and this browser sent none.")
        signature_id = self._word.given(
            tx, account, CONSENT, draft_id, lambda said: _statement(draft_id, facts, said), answer.word, must_sign=True
        )
        key = tx.execute(
            "SELECT k.fingerprint FROM signature g JOIN person_key k ON k.id = g.key_id WHERE g.id = ?", [signature_id]
        )
        return Given(signature_id, key[0]["fingerprint"], answer.word.statement)


def _statement(draft_id: str, facts: Mapping[str, Any], said: Said) -> bytes:
    told = {**facts, "document": facts["kind"], "kind": CONSENT, "draft_id": draft_id}
    return canonical({**told, "at": said["at"], "key": said.get("key")})
