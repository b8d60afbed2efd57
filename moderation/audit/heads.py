"""Signed heads of the audit chain: who keeps one can later tell whether anything before it was changed."""

import base64
import binascii
import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from moderation.audit.chain import GENESIS, canonical
from moderation.database import Database, Row, Transaction
from moderation.errors import HeadRefused, KeyUnusable
from moderation.vault.private import private_file, put_private

KIND = "audit-head"
_NONE = "This is no signed head of an audit chain."


@dataclass(frozen=True)
class Head:
    """That row `seq` of the chain had this hash at a moment (ISO text, UTC), and how many lines the tombstone file had.

    `public_key` is the studio's (Ed25519, 32 bytes), `signature` its signature (64 bytes) of `statement`.
    """

    seq: int
    hash: str
    at: str
    tombstones: int
    tombstones_hash: str
    public_key: bytes
    signature: bytes = b""

    def __post_init__(self) -> None:
        """Raises HeadRefused for what cannot be one."""
        hashes = all(len(text) == 64 and set(text) <= set("0123456789abcdef") for text in (self.hash, self.tombstones_hash))
        if not (hashes and self.seq >= 1 and self.tombstones >= 0 and len(self.public_key) == 32 and " " not in self.at):
            raise HeadRefused(_NONE)

    @property
    def statement(self) -> bytes:
        """The canonical JSON that is signed."""
        return canonical({**self._words(), "kind": KIND})

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of the public key as SubjectPublicKeyInfo."""
        key = Ed25519PublicKey.from_public_bytes(self.public_key)
        return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()

    def check(self) -> Self:
        """Itself. Raises HeadRefused when the signature is not the key's."""
        if not self.vouches(self.signature, self.statement):
            raise HeadRefused(f"The head of row {self.seq} is not validly signed; it was altered.")
        return self

    def vouches(self, signature: bytes, statement: bytes) -> bool:
        """Whether the key of this head signed the statement."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, statement)
        except InvalidSignature:
            return False
        return True

    def line(self) -> str:
        """The whole head as one line, to be printed; `read` understands it."""
        words = self._words() | {"signature": _text(self.signature)}
        return " ".join([KIND, *(str(words[name]) for name in _ORDER)])

    def as_text(self) -> str:
        """The head as a JSON object, to be kept as a file; `read` understands it too."""
        return json.dumps({"kind": KIND, **self._words(), "signature": _text(self.signature)}, indent=1) + "\n"

    @classmethod
    def read(cls, text: str) -> Self:
        """A head from its line or its JSON, its signature checked. Raises HeadRefused."""
        try:
            words = text.split()
            said = json.loads(text) if text.lstrip().startswith("{") else dict(zip(_ORDER, words[1:], strict=True))
            if (said["kind"] if "kind" in said else words[0]) != KIND:
                raise HeadRefused(_NONE)
            numbers: dict[str, Any] = {name: int(said[name]) for name in ("seq", "tombstones")}
            texts = {name: str(said[name]) for name in ("hash", "at", "tombstones_hash")}
            blobs = {name: _bytes(said[name]) for name in ("public_key", "signature")}
            return cls(**numbers | texts | blobs).check()
        except (ValueError, KeyError, TypeError, IndexError, binascii.Error) as error:
            raise HeadRefused(_NONE) from error

    @classmethod
    def of(cls, row: Row) -> Self:
        """A head from its row in `audit_head`, its signature not checked."""
        return cls(**{name: row[name] for name in _ORDER})

    def _words(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "signature"} | {
            "public_key": _text(self.public_key)
        }


_ORDER = ("seq", "hash", "at", "tombstones", "tombstones_hash", "public_key", "signature")


_UNSIGNED = """
SELECT 1 FROM (SELECT seq, at FROM audit ORDER BY seq DESC LIMIT 1) last
WHERE substr(last.at, 1, 10) < ? AND last.seq > (SELECT coalesce(max(seq), 0) FROM audit_head)
"""


def read_heads(text: str) -> list[Head]:
    """The heads of a file that a witness kept: one JSON object, or one head a line. Raises HeadRefused when there is none."""
    with suppress(ValueError):
        return [Head.read(json.dumps(json.loads(text)))]
    heads = [Head.read(line) for line in text.splitlines() if line.strip()]
    if not heads:
        raise HeadRefused(_NONE)
    return heads


class Heads:
    """Signs the chain with a key that lies outside database and vault and is made at the first need.

    Beside the key lies the last head that was committed, so that an older database in the place of this one is noticed.
    """

    def __init__(self, folder: Path) -> None:
        """`folder` is the home's `keys`; nothing of it is touched before the first signature."""
        self._file = folder / "head.key"
        self._last = folder / "last-head.json"

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        content = private_file(self._file, lambda: Ed25519PrivateKey.generate().private_bytes_raw())
        try:
            return Ed25519PrivateKey.from_private_bytes(content)
        except ValueError as error:
            raise KeyUnusable(f"The file {self._file} is no key.") from error

    def own(self) -> bytes | None:
        """The public key (32 bytes), None before the first signature. Raises KeyUnusable."""
        return self._key.public_key().public_bytes_raw() if self._file.exists() else None

    def sign(self, tx: Transaction) -> Head:
        """Sign the last row that stands in this transaction, and keep the head in `audit_head`. Raises KeyUnusable."""
        if not tx.execute("SELECT 1 FROM audit LIMIT 1"):
            tx.record("audit.begun", "audit")
        row = tx.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")[0]
        marks = tx.execute("SELECT seq, hash FROM tombstone ORDER BY seq DESC LIMIT 1") or [{"seq": 0, "hash": GENESIS}]
        public = self._key.public_key().public_bytes_raw()
        bare = Head(row["seq"], row["hash"], tx.now, marks[0]["seq"], marks[0]["hash"], public)
        head = Head(**{**asdict(bare), "signature": self._key.sign(bare.statement)})
        columns = ", ".join(_ORDER)
        tx.execute(
            f"INSERT INTO audit_head (id, {columns}) SELECT coalesce(max(id), 0) + 1, {', '.join(f':{c}' for c in _ORDER)}"
            " FROM audit_head",
            asdict(head),
        )
        tx.afterwards.append(lambda: self._remember(head))
        return head

    def attest(self, statement: bytes) -> bytes:
        """The signature (64 bytes) of a canonical statement that is no head, as a receipt carries it. Raises KeyUnusable."""
        return self._key.sign(statement)

    def close(self, database: Database) -> None:
        """Sign what a day before this one left unsigned; one read when nothing is. Raises KeyUnusable."""
        today = database.clock().isoformat()[:10]
        if database.rows(_UNSIGNED, [today]):
            with database.write("heads") as tx:
                if tx.execute(_UNSIGNED, [today]):
                    self.sign(tx)

    def latest(self, tx: Transaction) -> Head | None:
        """The head signed last, None before the first."""
        rows = tx.execute("SELECT * FROM audit_head ORDER BY id DESC LIMIT 1")
        return Head.of(rows[0]) if rows else None

    def remembered(self) -> Head | None:
        """The last head that was committed here, from beside the key; None without one. Raises HeadRefused."""
        try:
            return Head.read(self._last.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def _remember(self, head: Head) -> None:
        """A full disk must not undo what is committed: then the head before this one stays remembered."""
        with suppress(OSError, HeadRefused):
            known = self.remembered()
            if known is None or known.seq <= head.seq:
                put_private(self._last, head.as_text().encode())


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
