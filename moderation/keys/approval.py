"""Her signed approval as it leaves the studio: a proof that anybody checks offline against the fingerprint they hold.

It lies beside the released file, not in it: she signs the hash of the sealed file, and what is released has that very hash.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from moderation.access.account import Account
from moderation.audit.chain import canonical
from moderation.database import Database
from moderation.desk.decisions import STANDING_APPROVAL, not_found
from moderation.desk.insight_scope import sees
from moderation.desk.moves import Row, Writing
from moderation.errors import SignatureRefused
from moderation.keys.her_keys import NEW_KEY
from moderation.keys.her_word import SIGNOFF, Rendition
from moderation.keys.p256 import fingerprint_of, insist_signed
from moderation.vault.seal import pixels_sha256_of

FORMAT = "twin-studio approval 1"
_SIGNED = """
SELECT d.*, g.statement, g.signature, g.kind AS signed_kind, g.subject_id, g.at AS signed_at, k.public_key, k.fingerprint,
    k.person_id AS signer_id, k.made_at, k.replaced_at, t.person_id, s.width, s.height
FROM decision d JOIN render r ON r.id = d.render_id JOIN twin t ON t.id = r.twin_id JOIN submission s ON s.render_id = r.id
JOIN signature g ON g.id = d.signature_id JOIN person_key k ON k.id = g.key_id WHERE d.id = ?
"""
_BOUND = (
    *("render_id", "person_id", "choice", "sealed_sha256", "pixels_sha256", "preview_sha256"),
    *("licence_id", "fee_minor", "currency", "twin_epoch", "licence_epoch"),
)
"""What the statement and the decision row must both say."""
# From the key that signed back to her first, each by the signature of the key before.
_SUCCESSION = """
WITH RECURSIVE line(id, replaces_id, depth) AS (
    SELECT id, replaces_id, 0 FROM person_key WHERE fingerprint = :fingerprint
    UNION ALL SELECT k.id, k.replaces_id, line.depth + 1 FROM person_key k JOIN line ON k.id = line.replaces_id
)
SELECT old.public_key, g.statement, g.signature FROM line JOIN person_key old ON old.id = line.replaces_id
JOIN signature g ON g.key_id = old.id AND g.kind = :kind AND g.subject_id = line.id ORDER BY line.depth DESC
"""


def insist_on_signed_approval(tx: Writing, decision_id: str) -> Row:
    """The decision with its statement, signature and key, if all of them fit each other.

    Raises SignatureRefused when the approval was never signed, or the rows are not those that her key signed.
    """
    rows = tx.execute(_SIGNED, [decision_id])
    if not rows:
        raise SignatureRefused("Her approval of this image carries no signature: ask her to decide again.")
    row = rows[0]
    insist_signed(row["public_key"], row["statement"], row["signature"])
    said = json.loads(row["statement"])
    alike = all(said.get(name) == row[name] for name in _BOUND) and said.get("choice") == "approve"
    hers = row["signer_id"] == row["person_id"] and said.get("key") == row["fingerprint"] == fingerprint_of(row["public_key"])
    in_time = row["made_at"] <= row["signed_at"] and (row["replaced_at"] is None or row["signed_at"] <= row["replaced_at"])
    if not (alike and hers and in_time and said.get("kind") == row["signed_kind"] == SIGNOFF):
        raise SignatureRefused("What her key signed is not what stands in the studio's rows: nothing of it counts.")
    return row


class Approvals:
    """Hands the proof of a standing approval to those who may know of the image."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def proof(self, account: Account, render_id: str) -> bytes:
        """The proof as JSON. Raises NotFound for an image that is not this account's or not approved, SignatureRefused."""
        scope, own = sees(account)
        with self._database.read(account.id) as tx:
            found = tx.execute(
                f"SELECT d.id FROM render JOIN render r ON r.id = render.id JOIN decision d ON d.id = ({STANDING_APPROVAL})"
                " JOIN twin t ON t.id = render.twin_id JOIN person p ON p.id = t.person_id"
                f" LEFT JOIN submission s ON s.render_id = render.id WHERE render.id = :render_id AND {scope}",
                {**own, "render_id": render_id},
            )
            if not found:
                raise not_found()
            row = insist_on_signed_approval(tx, found[0]["id"])
            succession = tx.execute(_SUCCESSION, {"fingerprint": row["fingerprint"], "kind": NEW_KEY})
        return json.dumps(_told(row, succession), indent=2, ensure_ascii=False).encode()


def _told(row: Row, succession: Sequence[Row]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "fingerprint": row["fingerprint"],
        "public_key": _text(row["public_key"]),
        "statement": row["statement"].decode(),
        "signature": _text(row["signature"]),
        "succession": [
            {
                "public_key": _text(link["public_key"]),
                "statement": link["statement"].decode(),
                "signature": _text(link["signature"]),
            }
            for link in succession
        ],
    }


def verify_proof(text: str, fingerprint: str, content: bytes | None = None) -> list[str]:
    """Check a proof against the fingerprint of her key as a witness holds it, and a file against the proof; what was found.

    Nothing but the arguments is asked. Raises SignatureRefused, saying what does not hold; BadImage for a file that is none.
    """
    try:
        proof = json.loads(text)
        if proof["format"] != FORMAT:
            raise SignatureRefused("This proof is of another kind than this program reads.")
        public_key, signature = _bytes(proof["public_key"]), _bytes(proof["signature"])
        statement = proof["statement"].encode()
        said, links = json.loads(statement), list(proof.get("succession", []))
        way = _follow(links, fingerprint.replace(" ", "").replace(":", "").casefold(), fingerprint_of(public_key))
        insist_signed(public_key, statement, signature)
        return [
            *way,
            *_read_out(statement, said, fingerprint_of(public_key)),
            *([] if content is None else [_compare(said, content)]),
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise SignatureRefused("This is no proof of an approval.") from error


def _follow(links: Sequence[Mapping[str, Any]], witnessed: str, signer: str) -> list[str]:
    """Lead from the witnessed key to the one that signed, by what each key signed about the next."""
    if witnessed == signer:
        return [f"Signed by the key with the fingerprint you gave, {signer}."]
    at, steps = witnessed, 0
    for link in links:
        old, statement = _bytes(link["public_key"]), link["statement"].encode()
        if fingerprint_of(old) != at:
            continue
        insist_signed(old, statement, _bytes(link["signature"]))
        said = json.loads(statement)
        if canonical(said) != statement or said["kind"] != NEW_KEY or said["replaces"] != at:
            raise SignatureRefused("A key in between did not say which key follows it.")
        at, steps = said["fingerprint"], steps + 1
    if at != signer:
        raise SignatureRefused("The key that signed this is not the one with the fingerprint you gave, and does not follow it.")
    return [f"Signed by {signer}, which follows the key you gave by {steps} signature{'s' if steps > 1 else ''} of hers."]


def _read_out(statement: bytes, said: dict[str, Any], signer: str) -> list[str]:
    if canonical(said) != statement or said["kind"] != SIGNOFF or said["choice"] != "approve" or said["key"] != signer:
        raise SignatureRefused("What was signed is no approval by this key.")
    fee = f"{said['fee_minor']} minor units of {said['currency']}"
    return [
        f"On {said['at']} {said['person_id']} approved image {said['render_id']} under licence {said['licence_id']} for {fee}.",
        f"Allowed: {', '.join(said['renditions'])}. Sealed file {said['sealed_sha256']}, pixels {said['pixels_sha256']}.",
    ]


def _compare(said: Mapping[str, Any], content: bytes) -> str:
    if hashlib.sha256(content).hexdigest() == said["sealed_sha256"]:
        return "The file is the sealed file she approved, byte for byte."
    if pixels_sha256_of(content) == said["pixels_sha256"]:
        return "The file's pixels are those she approved; what stands around them was changed."
    copies = " A smaller copy, which she allowed, is signed by nobody: ask for the sealed file." if _may_be_copied(said) else ""
    raise SignatureRefused(f"This file is not the image she approved: neither its bytes nor its pixels are.{copies}")


def _may_be_copied(said: Mapping[str, Any]) -> bool:
    return Rendition.SMALLER.value in said["renditions"]


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
