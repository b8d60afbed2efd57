"""Pictures that a creative hands in to have a part of them repainted: whose they show, what speaks against them, and how long."""

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np
from PIL import Image
from ulid import ULID

from moderation.access.account import Account, Role
from moderation.audit.attempts import watched
from moderation.database import Database, Transaction
from moderation.desk.moves import Row
from moderation.desk.submission import Submissions
from moderation.errors import BadImage, BadRequest, NotFound, RightsLapsed
from moderation.safeguards.finding import Finding, Outcome, Verdict
from moderation.uploads.ours import Draws, OwnImages
from moderation.uploads.uploads import Picture, read_upload
from moderation.vault.restricted import BaseFiles, destroy_object, drop_files
from moderation.vault.seal import SOURCE_TYPES, mark_base, pixels_sha256_of_picture
from moderation.vault.vault import Shelf, Vault

LARGEST_PIXELS = 1024 * 1024
"""A painter repaints a megapixel at most; a larger picture is made smaller once, before anybody marks it."""
LONGEST_SIDE = 4096
GRAIN = 16
"""Sides are multiples of so many pixels: what is over is cut off in the middle of both edges."""
MOST = 20
"""So many pictures of a brand's are kept at a time."""
NAME_AT_MOST = 80
PHOTOGRAPH = SOURCE_TYPES + "digitalCapture"
"""What a picture from outside is taken for, whatever it says of itself: a photograph, which then gets generated parts."""
HERS = frozenset({"one_face", "face_size", "likeness", "nobody_else", "protected"})
"""The safeguards that must all clear: it shows her, alone, large enough to be told by."""

_LICENSED = """
SELECT w.starts_at <= :now AND :now < w.ends_at AND (w.requested_at IS NULL OR :now < w.requested_at) AS holds, t.name
FROM licence_window w JOIN twin t ON t.id = w.twin_id JOIN person p ON p.id = t.person_id
WHERE w.brand_id = :brand AND w.twin_id = :twin AND NOT EXISTS (SELECT 1 FROM erasure x WHERE x.person_id = p.id)
ORDER BY holds DESC LIMIT 1
"""
_STANDING = """
SELECT b.*, o.twin_id, t.name AS twin_name FROM base_picture b JOIN restricted_object o ON o.id = b.id
JOIN twin t ON t.id = o.twin_id WHERE o.destroyed_at IS NULL
"""


class Eyes(Draws, Protocol):
    """Examines a picture from outside as one of a twin, and finds the faces in it. Both raise PackRefused."""

    def examine_upload(self, picture: Picture, twin_id: str, /) -> Verdict: ...
    def boxes(self, picture: Picture, /) -> list[tuple[float, float, float, float]]: ...


@dataclass(frozen=True)
class Handed:
    """A file as a creative hands it in, under the name she gave it."""

    name: str
    content: bytes

    def __post_init__(self) -> None:
        """Keep of the name what a person can read: no folder, no sign that does not show."""
        plain = "".join(sign for sign in self.name.replace("\\", "/").rsplit("/", 1)[-1] if sign.isprintable()).strip()
        object.__setattr__(self, "name", plain[-NAME_AT_MOST:] or "picture")


@dataclass(frozen=True)
class Base:
    """A picture that was handed in: its size in pixels, where its faces are, and `doubts`, for which a person must look."""

    id: str
    name: str
    twin_id: str
    twin_name: str
    width: int
    height: int
    faces: tuple[tuple[float, float, float, float], ...]
    doubts: tuple[str, ...]
    handed_in_at: str


class Bases:
    """Of a brand, for its creatives alone; whatever is another brand's or is gone is NotFound."""

    def __init__(self, database: Database, vault: Vault, submissions: Submissions, eyes: Callable[[], Eyes]) -> None:
        self._database, self._vault, self._submissions, self._eyes = database, vault, submissions, eyes
        self._files = BaseFiles(database, vault)
        self._ours = OwnImages(database, vault, eyes)

    @watched("hand in a picture to repaint")
    def take(self, account: Account, twin_id: str, handed: Handed) -> str:
        """Look at a picture of a twin and keep it if it may be repainted; its id.

        Raises NotFound without a licence of hers, RightsLapsed when none holds now, BadImage for what is no picture or shows
        somebody else, BadRequest for an image of this studio's own or one too many, PackRefused, VaultFull.
        """
        with self._database.read(account.id) as tx:
            self._insist(tx, account, twin_id)
        picture = read_upload(handed.content)
        fitted = fit(picture)
        # An image that somebody decided about goes its own way, and not through a copy of it.
        self._ours.refuse_exact(handed.content, picture, fitted)
        eyes = self._eyes()
        findings = eyes.examine_upload(fitted, twin_id).findings
        insist_on_her(findings)
        self._ours.refuse_alike(fitted, twin_id)
        found = [json.dumps(eyes.boxes(fitted)), json.dumps([one.as_dict() for one in findings], ensure_ascii=False)]
        base_id = str(ULID())
        try:
            with self._database.write(account.id) as tx:
                self._insist(tx, account, twin_id)
                self._files.keep(tx, twin_id, _png(fitted), object_id=base_id)
                self._vault.keep(Shelf.THUMBNAIL, base_id, mark_base(fitted))
                hashes = [hashlib.sha256(handed.content).hexdigest(), pixels_sha256_of_picture(fitted)]
                known = [account.brand_id, account.id, handed.name, *hashes, fitted.shape[1], fitted.shape[0], PHOTOGRAPH]
                tx.execute(f"INSERT INTO base_picture VALUES ({', '.join('?' * 12)})", [base_id, *known, *found, tx.now])
        except Exception:
            # The rows were undone; the files, which know of no transaction, follow.
            drop_files(self._vault, "base", base_id)
            raise
        return base_id

    def of(self, account: Account) -> list[Base]:
        """The pictures of this creative's brand, the newest first."""
        if account.role is not Role.CREATIVE:
            raise NotFound("There is nothing here.")
        rows = self._database.rows(f"{_STANDING} AND b.brand_id = ? ORDER BY b.handed_in_at DESC, b.id DESC", [account.brand_id])
        return [_base(row) for row in rows]

    def base(self, account: Account, base_id: str) -> Base:
        """One of them. Raises NotFound."""
        for one in self.of(account):
            if one.id == base_id:
                return one
        raise NotFound("There is no such picture.")

    def preview(self, account: Account, base_id: str) -> bytes:
        """A small marked JPEG of one of them; the look is on record. Raises NotFound, RightsLapsed, Erased."""
        return self._files.open(account.id, self.base(account, base_id).id, "to mark a part of it", Shelf.THUMBNAIL)

    @watched("remove a picture to repaint")
    def remove(self, account: Account, base_id: str) -> None:
        """Destroy one of them; images made of it stay. Raises NotFound."""
        self.base(account, base_id)
        with self._database.write(account.id) as tx:
            destroy_object(tx, base_id)
            tx.record("base.removed", base_id)
        drop_files(self._vault, "base", base_id)

    def picture(self, picture_id: str) -> Picture:
        """For the worker: the picture (h, w, 3) that was sealed for an image, or that was handed in under this id.

        Raises NotFound, Gone when it was destroyed, RightsLapsed when her permission is over, SealBroken.
        """
        if not self._database.rows("SELECT 1 FROM base_picture WHERE id = ?", [picture_id]):
            return self._submissions.picture(picture_id)
        return read_upload(self._files.open("worker", picture_id, "to repaint a part of it"))

    def _insist(self, tx: Transaction, account: Account, twin_id: str) -> None:
        """Raises unless this brand may have her painted now and has room for one more picture."""
        asked = {"now": tx.now, "brand": account.brand_id, "twin": twin_id}
        rows = tx.execute(_LICENSED, asked) if account.role is Role.CREATIVE else []
        if not rows:
            raise NotFound("There is no such twin.")
        if not rows[0]["holds"]:
            raise RightsLapsed(f"No licence for {rows[0]['name']} holds now, so no picture of hers is taken.")
        if len(tx.execute(f"{_STANDING} AND b.brand_id = ?", [account.brand_id])) >= MOST:
            raise BadRequest(f"At most {MOST} pictures of your brand are kept to repaint; remove one first.")


def fit(picture: Picture) -> Picture:
    """The picture as painters take it: a megapixel at most, sides multiples of 16 and up to 4096. Raises BadImage for a strip."""
    height, width = picture.shape[:2]
    scale = min(1.0, (LARGEST_PIXELS / (height * width)) ** 0.5, LONGEST_SIDE / max(height, width))
    smaller = picture
    if scale < 1.0:
        size = max(1, int(width * scale)), max(1, int(height * scale))
        smaller = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    height, width = smaller.shape[:2]
    top, left = height % GRAIN // 2, width % GRAIN // 2
    cut = smaller[top : top + height - height % GRAIN, left : left + width - width % GRAIN]
    if min(cut.shape[:2]) < 4 * GRAIN:
        raise BadImage("This picture is too small or too narrow to repaint a part of it; hand in a larger one.")
    return np.ascontiguousarray(cut)


def insist_on_her(findings: tuple[Finding, ...]) -> None:
    """Raises BadImage unless it is clear that she, and nobody else, is in the picture, and nothing stops it."""
    for one in findings:
        stops = one.outcome is Outcome.BLOCK or (one.safeguard in HERS and one.outcome is not Outcome.CLEAR)
        if stops:
            raise BadImage(f"This picture is not taken: {one.reason}")
    if not {one.safeguard for one in findings} >= HERS:
        raise BadImage("Nobody could look whom this picture shows, so it is not taken.")


def _base(row: Row) -> Base:
    kept: dict[str, Any] = {name: row[name] for name in ("id", "name", "twin_id", "twin_name", "width", "height", "handed_in_at")}
    doubts = tuple(one["reason"] for one in json.loads(row["findings"]) if one["outcome"] != "clear")
    return Base(**kept, faces=tuple(tuple(box) for box in json.loads(row["faces"])), doubts=doubts)


def _png(picture: Picture) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return buffer.getvalue()
