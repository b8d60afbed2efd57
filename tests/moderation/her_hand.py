"""Her browser, without a browser: a P-256 key for each person, and a sign-off that signs each decision with it."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, derive_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from moderation.access.account import Account
from moderation.desk.her_decision import SignOff
from moderation.desk.moves import Row
from moderation.keys.her_word import Signed, Word


def private_key(name: str) -> EllipticCurvePrivateKey:
    """The same key for the same name, whichever process asks."""
    return derive_private_key(int.from_bytes(hashlib.sha256(name.encode()).digest()) >> 1, SECP256R1())


def public_key(key: EllipticCurvePrivateKey) -> bytes:
    """As WebCrypto exports it (SPKI)."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: EllipticCurvePrivateKey) -> str:
    """What a witness writes down."""
    return hashlib.sha256(public_key(key)).hexdigest()


def sign(key: EllipticCurvePrivateKey, statement: bytes) -> bytes:
    """As WebCrypto signs: r and s, 32 bytes each."""
    r, s = decode_dss_signature(key.sign(statement, ECDSA(SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def key_row(her: Account, now: str, key: EllipticCurvePrivateKey | None = None) -> dict[str, Any]:
    """The row of her present key."""
    mine = key or private_key(str(her.person_id))
    columns = {"id": f"{her.person_id}-key", "person_id": her.person_id, "public_key": public_key(mine)}
    return {**columns, "fingerprint": fingerprint(mine), "made_at": now, "origin": "first"}


def sent(word: Signed) -> str:
    """A signature as her page sends it."""
    return json.dumps({"statement": word.statement.decode(), "signature": b64encode(word.signature).decode()})


def key_of(account: Account) -> EllipticCurvePrivateKey:
    """The key that this account's browser holds."""
    return private_key(str(account.person_id))


@dataclass(frozen=True)
class SheSigns:
    """The sign-off as her page uses it: the statement is asked for, signed, and sent along, unless a `word` is given."""

    real: SignOff
    key_of: Callable[[Account], EllipticCurvePrivateKey] = key_of

    def approve(
        self, account: Account, render_id: str, sealed_sha256: str, version: int | None = None, *, word: Word = None
    ) -> Row:
        """Approve, signed."""
        return self.real.approve(
            account, render_id, sealed_sha256, version, word=word or self.signed(account, render_id, "approve")
        )

    def refuse(
        self, account: Account, render_id: str, reason_code: str, note: str = "", version: int | None = None, *, word: Word = None
    ) -> Row:
        """Refuse, signed."""
        signed = word or self.signed(account, render_id, "refuse", reason_code=reason_code, note=note)
        return self.real.refuse(account, render_id, reason_code, note, version, word=signed)

    def ask_change(self, account: Account, render_id: str, note: str, version: int | None = None, *, word: Word = None) -> Row:
        """Ask for a change, signed."""
        signed = word or self.signed(account, render_id, "change", note=note)
        return self.real.ask_change(account, render_id, note, version, word=signed)

    def undo(self, account: Account, render_id: str, version: int | None = None, *, word: Word = None) -> Row:
        """Take an approval back, signed."""
        return self.real.undo(account, render_id, version, word=word or self.signed(account, render_id, "undo"))

    def signed(self, account: Account, render_id: str, choice: str, **said: Any) -> Signed:
        """What her browser sends for a choice."""
        key = self.key_of(account)
        statement = self.real.statement(account, render_id, choice, fingerprint(key), **said)
        return Signed(statement, sign(key, statement))
