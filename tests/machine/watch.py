"""What must hold after every act, seen from outside: the rows as they lie in the file, and the bytes as they come out."""

import hashlib
import json
from datetime import datetime
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from moderation.audit.chain import verify
from moderation.errors import Gone, ModerationError
from moderation.money.ledger import check_books
from moderation.vault.vault import OF_IMAGES
from tests.machine.belief import Belief, Image
from tests.machine.whole import PHOTO, REFUSALS, Whole
from tests.moderation.her_hand import fingerprint, private_key
from tests.moderation.scene import EVERYBODY

BEGINS_TO_PAINT = ("render.queued", "render.painting", "render.examining")
GOES_ON = ("render.in review", "render.her turn", "render.approved")
LEAVES = ("render.released", "release.granted")
_DECISIONS = """
SELECT d.*, g.statement, g.signature FROM decision d LEFT JOIN signature g ON g.id = d.signature_id
WHERE d.render_id = ? ORDER BY d.rowid
"""
_UNPAID = """
SELECT e.id, count(b.id) AS n FROM release e LEFT JOIN ledger_batch b ON b.release_id = e.id AND b.kind = 'release'
GROUP BY e.id HAVING n <> 1
"""
_LOPSIDED = "SELECT batch_id FROM ledger_line GROUP BY batch_id HAVING sum(amount_minor) <> 0"
_UNFENCED = """
SELECT l.id FROM rights_end e JOIN licence l ON l.id = e.licence_id WHERE e.step = 'use' AND l.epoch < 1
"""
_DEAD_CONSENT = """
SELECT t.id FROM twin t WHERE t.epoch < 1 AND EXISTS (SELECT 1 FROM rights_end e JOIN licence l ON l.id = e.licence_id
    WHERE e.step = 'use' AND l.twin_id = t.id AND e.done_at = :now)
AND NOT EXISTS (SELECT 1 FROM consent c WHERE c.twin_id = t.id AND :now < c.ends_at
    AND NOT EXISTS (SELECT 1 FROM revocation r WHERE r.subject_id = c.id AND r.effective_at <= :now))
"""


class Watch:
    """Looks at one studio after each act, and at what it gave out."""

    def __init__(self, studio: Whole, belief: Belief) -> None:
        self._studio = studio
        self._belief = belief
        self._seq, self._hash = 0, "0" * 64
        self._buried: set[tuple[str, int]] = set()

    def look(self) -> None:
        """Everything that must hold now; of the audit chain only what is new."""
        self.follow()
        rows = self._studio.database.rows
        now = self._studio.clock.at.isoformat(timespec="microseconds")
        assert rows(_UNPAID) == [], "a release without exactly one batch"
        assert rows(_LOPSIDED) == [], "a batch that does not sum to zero"
        assert rows(_UNFENCED) == [], "a licence ended and its epoch did not rise"
        assert rows(_DEAD_CONSENT, {"now": now}) == [], "the last consent ended and the twin's epoch did not rise"
        states = {row["id"]: row["state"] for row in rows("SELECT id, state FROM render")}
        for image in self._belief.images.values():
            assert not image.her_no or states[image.id] in ("refused", "withdrawn"), "her no did not stay no"
        for person in self._belief.erased:
            self._erased(person)

    def follow(self) -> None:
        """Walk what the audit chain tells that was not seen yet, by what is believed now."""
        for row in self._studio.database.rows("SELECT * FROM audit WHERE seq > ? ORDER BY seq", [self._seq]):
            told = {name: row[name] for name in ("seq", "at", "actor", "event", "subject", "facts")}
            text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            hashed = hashlib.sha256(bytes.fromhex(self._hash) + text.encode()).hexdigest()
            assert (row["seq"], row["prev_hash"], row["hash"]) == (self._seq + 1, self._hash, hashed), "the chain is broken"
            self._seq, self._hash = row["seq"], row["hash"]
            self._began(row)

    def _began(self, row: dict[str, Any]) -> None:
        """Nothing begins, goes on or leaves after the right to it ended."""
        image = self._belief.images.get(row["subject"])
        if image is None:
            return
        event, at, mover = row["event"], datetime.fromisoformat(row["at"]), json.loads(row["facts"]).get("mover")
        if event in BEGINS_TO_PAINT and not (event == "render.queued" and mover == "worker"):
            assert self._belief.may_paint(image, at), f"{event} without the right to paint"
        if event in GOES_ON and not (event == "render.her turn" and mover == "person"):
            assert self._belief.may_decide(image, at), f"{event} without the right to decide"
        if event in ("render.her turn", "render.approved"):
            assert image.clear, f"{event} without a clear or moderated verdict"
        if event == "render.approved":
            assert self.signed(image), "an approval without her signature"
        if event in LEAVES:
            self._may_leave(image, at)

    def _may_leave(self, image: Image, at: datetime) -> None:
        assert image.twin not in self._belief.erased, "an image of an erased person leaves"
        assert self._belief.may_use(image, at), "an image leaves without a live consent and licence"
        assert image.clear, "an image leaves without a clear or moderated verdict"
        assert not image.her_no, "an image leaves that she refused"
        assert self.signed(image), "an image leaves without her signature"

    def left(self, image: Image, content: bytes) -> None:
        """Bytes of an image left at this moment."""
        self._may_leave(image, self._studio.clock.at)
        assert image.sealed is not None
        assert content == image.sealed.content, "what left is not what was sealed"

    def signed(self, image: Image) -> bool:
        """Whether the one standing approval is signed by her own key over exactly these pixels and terms."""
        if image.sealed is None:
            return False
        rows = self._studio.database.rows(_DECISIONS, [image.id])
        superseded = {row["supersedes_id"] for row in rows}
        approvals = [
            row for row in rows if (row["kind"], row["choice"]) == ("signoff", "approve") and row["id"] not in superseded
        ]
        if len(approvals) != 1 or approvals[0]["statement"] is None:
            return False
        (row,), key = approvals, private_key(image.twin)
        r, s = (int.from_bytes(half) for half in (row["signature"][:32], row["signature"][32:]))
        try:
            key.public_key().verify(encode_dss_signature(r, s), row["statement"], ECDSA(SHA256()))
        except InvalidSignature:
            return False
        said = json.loads(row["statement"])
        fee = self._studio.database.rows("SELECT fee_minor, currency FROM image_fee WHERE render_id = ?", [image.id])[0]
        wanted = {"kind": "signoff", "choice": "approve", "render_id": image.id, "licence_id": image.licence, **fee}
        wanted |= {"key": fingerprint(key), "person_id": image.twin}
        sealed = image.sealed
        wanted |= {name: getattr(sealed, name) for name in ("sealed_sha256", "pixels_sha256", "preview_sha256")}
        wanted["sealed_sha256"] = hashlib.sha256(sealed.content).hexdigest()
        return {name: said.get(name) for name in wanted} == wanted

    def _erased(self, person: str) -> None:
        """Nothing of her opens; asked in full once for every number of images, and by file and key every time."""
        studio, images = self._studio, self._belief.of(person)
        assert not studio.database.rows("SELECT 1 FROM template WHERE twin_id = ?", [person]), "a face outlived its person"
        assert not (studio.home / "keys" / "persons" / f"{person}.key").exists(), "her key outlived her erasure"
        for image in images:
            for shelf in OF_IMAGES:
                assert not studio.vault.path(shelf, image.id).exists(), "a file outlived her erasure"
        if (person, len(images)) in self._buried:
            return
        self._buried.add((person, len(images)))
        for image in images:
            for shelf in OF_IMAGES:
                with pytest.raises(ModerationError):
                    studio.vault.read(shelf, image.id)
            for account in EVERYBODY:
                with pytest.raises(ModerationError):
                    studio.viewing.preview(account, image.id)
        for row in studio.database.rows("SELECT id, kind FROM restricted_object WHERE twin_id = ?", [person]):
            with pytest.raises(Gone):
                studio.looked_at(row["kind"], row["id"])

    def whole(self) -> None:
        """At the end: the whole chain, the books, the file itself, and no picture or face in the clear anywhere."""
        database = self._studio.database
        assert verify(database.rows("SELECT * FROM audit ORDER BY seq")) == (self._seq, self._hash)
        check_books(database)
        assert database.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        assert database.rows("PRAGMA foreign_key_check") == []
        seen = self._studio.everything()
        # Whole heads of files: three bytes would turn up by chance in what is sealed.
        assert not [mark for mark in (b"\x89PNG\r\n", b"JFIF\x00", b"Exif\x00\x00", PHOTO) if mark in seen]


def refused(call: Any, *values: Any, **named: Any) -> bool:
    """Whether the studio said no, in a sentence of its own; any other error is the machine's to report."""
    try:
        call(*values, **named)
    except REFUSALS:
        return True
    return False
