"""How she stands behind an act: by her key's signature over a statement, or, where that is safe, by her password alone."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from moderation.access.account import Account
from moderation.audit.chain import canonical
from moderation.desk.decisions import not_found
from moderation.desk.moves import Writing
from moderation.errors import SignatureRefused
from moderation.keys.her_keys import HerKeys, fresh_statement

SIGNOFF, REVOCATION = "signoff", "revocation"
"""The kinds of statement about an image, and about taking something back."""
LONGEST_WORD = 20_000


class Rendition(StrEnum):
    """What may be made of an image she approves; the sealed file itself always may be used."""

    SEALED = "sealed file"
    SMALLER = "smaller copies"
    CROPS = "crops"


@dataclass(frozen=True)
class Signed:
    """A canonical statement and her key's signature over it (r and s, 64 bytes)."""

    statement: bytes
    signature: bytes


@dataclass(frozen=True)
class Confirmed:
    """The proof that she gave her password just now, when she has no key at hand."""

    proof: str


Word = Signed | Confirmed | None
Said = Mapping[str, Any]
Derive = Callable[[Said], bytes]
"""Makes the statement anew from rows; of what was said it may take only `at`, `key` and `renditions`."""


def word_of(text: object) -> Word:
    """What a page sends with an act: JSON with `statement` and `signature` (base64), or with `confirmed`; empty is nothing.

    Raises SignatureRefused for anything else.
    """
    if text in (None, ""):
        return None
    try:
        if not isinstance(text, str) or len(text) > LONGEST_WORD:
            raise ValueError("no text")
        said = json.loads(text)
        if set(said) == {"confirmed"} and isinstance(said["confirmed"], str):
            return Confirmed(said["confirmed"])
        if set(said) != {"statement", "signature"}:
            raise ValueError("other words")
        return Signed(said["statement"].encode(), base64.b64decode(said["signature"], validate=True))
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise SignatureRefused("What the page sent is no signature: load it again.") from error


class HerWord:
    """Asks for her signature, within the transaction of the act it is for."""

    def __init__(self, keys: HerKeys) -> None:
        self._keys = keys

    def given(
        self, tx: Writing, account: Account, kind: str, subject_id: str, derive: Derive, word: Word, *, must_sign: bool = False
    ) -> str | None:
        """The id of her signature's row; None when she stands behind it by her password alone, which `must_sign` excludes.

        Raises SignatureRefused when the signature is missing or is not hers over exactly what `derive` makes.
        """
        if isinstance(word, Signed):
            said = fresh_statement(tx, kind, word.statement)
            if derive(said) != word.statement:
                raise SignatureRefused("What you signed is not what stands here now: load the page again, then decide.")
            return self._keys.check(tx, str(account.person_id), kind, subject_id, word.statement, word.signature)
        if must_sign:
            raise SignatureRefused("An approval counts only with your key's signature, and this browser sent none.")
        if isinstance(word, Confirmed):
            self._keys.spend(tx, account, word.proof)
        elif not self._keys.needs_no_password(account):
            raise SignatureRefused("Sign this with your key, or give your password once more.")
        return None


_IMAGE = """
SELECT r.id AS render_id, r.version, r.twin_id, r.brand_id, r.licence_id, l.consent_id, f.fee_minor, f.currency,
    r.twin_epoch, r.licence_epoch, s.sealed_sha256, s.pixels_sha256, s.preview_sha256
FROM render r JOIN twin t ON t.id = r.twin_id JOIN licence l ON l.id = r.licence_id JOIN image_fee f ON f.render_id = r.id
LEFT JOIN submission s ON s.render_id = r.id WHERE r.id = ? AND t.person_id = ?
"""


def image_statement(
    tx: Writing, account: Account, render_id: str, choice: str, said: Said, *, reason_code: str | None = None, note: str = ""
) -> bytes:
    """The statement about her choice on an image as it stands now, terms and pixels included.

    Raises NotFound for an image that is not hers, SignatureRefused for renditions that nobody offers.
    """
    rows = tx.execute(_IMAGE, [render_id, account.person_id])
    if not rows:
        raise not_found()
    terms = {
        **rows[0],
        **_opening(SIGNOFF, account, said),
        "choice": choice,
        "reason_code": reason_code,
        "note_sha256": _sha256(note),
    }
    if choice == "approve":
        terms["renditions"] = renditions_of(said.get("renditions"))
    return canonical(terms)


def revocation_statement(account: Account, scope: str, subject_id: str, reason: str, said: Said) -> bytes:
    """The statement that she takes a twin, a consent, a licence or one image back; whether it is hers, the act itself tests."""
    told = {"scope": scope, "subject_id": subject_id, "reason_sha256": _sha256(reason)}
    return canonical({**_opening(REVOCATION, account, said), **told})


def renditions_of(wanted: object) -> list[str]:
    """The renditions she allows, in our order, the sealed file always among them. Raises SignatureRefused for others."""
    named: Sequence[object] = wanted if isinstance(wanted, list | tuple) else []
    if not all(isinstance(one, str) and one in list(Rendition) for one in named):
        raise SignatureRefused("There is no such rendition to allow.")
    return [one.value for one in Rendition if one is Rendition.SEALED or one.value in named]


def _opening(kind: str, account: Account, said: Said) -> dict[str, Any]:
    return {"kind": kind, "at": said["at"], "key": said.get("key"), "person_id": account.person_id}


def _sha256(text: str) -> str | None:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest() if text else None
