"""Everything the studio holds about a person, as one zip file for her alone: her rows as JSON, her images' previews as JPEG."""

import base64
import hashlib
import json
import zipfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from io import BytesIO

from moderation.access.account import Account, Role
from moderation.database import Database
from moderation.desk.comments import Comments
from moderation.desk.decisions import require
from moderation.desk.moves import Row
from moderation.errors import ModerationError
from moderation.vault.vault import Shelf, Vault

_IMAGES = "SELECT r.id FROM render r JOIN twin t ON t.id = r.twin_id WHERE t.person_id = :person"
_TWINS = "SELECT id FROM twin WHERE person_id = :person"
_ACCOUNTS = "SELECT id FROM account WHERE person_id = :person"
_HERS = f"""
SELECT :person AS id UNION {_TWINS} UNION {_ACCOUNTS} UNION {_IMAGES}
UNION SELECT id FROM consent WHERE twin_id IN ({_TWINS}) UNION SELECT id FROM licence WHERE twin_id IN ({_TWINS})
UNION SELECT id FROM biometric_consent WHERE person_id = :person UNION SELECT id FROM training_consent WHERE person_id = :person
UNION SELECT id FROM restricted_object WHERE twin_id IN ({_TWINS}) UNION SELECT id FROM taking_back WHERE twin_id IN ({_TWINS})
"""
TABLES: dict[str, str] = {
    "person": "SELECT p.*, a.name AS agency_name FROM person p LEFT JOIN agency a ON a.id = p.agency_id WHERE p.id = :person",
    "accounts": "SELECT id, login, name, role, created_at, disabled_at FROM account WHERE person_id = :person",
    "twins": "SELECT * FROM twin WHERE person_id = :person",
    "consents": f"SELECT * FROM consent WHERE twin_id IN ({_TWINS})",
    "biometric_consents": "SELECT * FROM biometric_consent WHERE person_id = :person",
    "training_consents": "SELECT * FROM training_consent WHERE person_id = :person",
    "documents": "SELECT * FROM consent_document WHERE person_id = :person",
    "drafts": "SELECT * FROM consent_draft WHERE person_id = :person",
    "licences": f"SELECT l.*, b.name AS brand FROM licence l JOIN brand b ON b.id = l.brand_id WHERE l.twin_id IN ({_TWINS})",
    "taken_back": f"SELECT * FROM taking_back WHERE twin_id IN ({_TWINS})",
    "ended_rights": f"SELECT * FROM revocation WHERE subject_id IN ({_HERS})",
    "references": f"SELECT * FROM reference WHERE twin_id IN ({_TWINS})",
    "restricted_objects": f"SELECT * FROM restricted_object WHERE twin_id IN ({_TWINS})",
    "pictures_handed_in_to_repaint": (
        "SELECT b.*, o.twin_id, o.destroyed_at FROM base_picture b JOIN restricted_object o ON o.id = b.id"
        f" WHERE o.twin_id IN ({_TWINS})"
    ),
    "parts_repainted": (
        "SELECT e.* FROM (SELECT render_id, base_id, created_at FROM edit_mask UNION ALL SELECT render_id, base_id, created_at"
        f" FROM edit_upload) e WHERE e.render_id IN ({_IMAGES})"
    ),
    "enrolments": f"SELECT * FROM enrolment WHERE twin_id IN ({_TWINS})",
    "photographs_handed_in": (
        "SELECT p.id, p.enrolment_id, p.name, p.refused, p.sha256, p.added_at, p.vouched_by, p.removed_at,"
        f" p.leaving_with FROM photograph p JOIN enrolment e ON e.id = p.enrolment_id WHERE e.twin_id IN ({_TWINS})"
    ),
    "face_measurements": (
        f"SELECT reference_id, twin_id, light, measured_at, length(sealed) AS bytes FROM template WHERE twin_id IN ({_TWINS})"
    ),
    "images": (
        "SELECT r.*, b.name AS brand_name, s.sealed_sha256, s.pixels_sha256, s.preview_sha256, s.width, s.height, s.sealed_at,"
        f" s.disclosure_text, g.removed_at FROM render r JOIN brand b ON b.id = r.brand_id LEFT JOIN submission s ON s.render_id"
        f" = r.id LEFT JOIN removed_picture g ON g.render_id = r.id WHERE r.id IN ({_IMAGES})"
    ),
    "findings": f"SELECT * FROM finding WHERE render_id IN ({_IMAGES})",
    "verdicts": f"SELECT * FROM verdict WHERE render_id IN ({_IMAGES})",
    "decisions": (
        "SELECT d.*, a.role AS by_role, a.person_id IS :person AS by_her FROM decision d JOIN account a ON a.id = d.account_id"
        f" WHERE d.render_id IN ({_IMAGES})"
    ),
    "second_looks": f"SELECT id, render_id, leaning, note, raised_at FROM escalation WHERE render_id IN ({_IMAGES})",
    "releases": f"SELECT * FROM release WHERE render_id IN ({_IMAGES})",
    "copies": f"SELECT c.* FROM release_copy c JOIN release e ON e.id = c.release_id WHERE e.render_id IN ({_IMAGES})",
    "recalls": f"SELECT * FROM recall WHERE render_id IN ({_IMAGES})",
    "payments": (
        "SELECT n.* FROM ledger_line n LEFT JOIN release e ON e.id = n.release_id"
        f" WHERE (n.party = 'person' AND n.party_id = :person) OR e.render_id IN ({_IMAGES})"
    ),
    "keys": "SELECT * FROM person_key WHERE person_id = :person",
    "refusals_allowed": "SELECT * FROM refusal_permission WHERE person_id = :person",
    "signatures": "SELECT s.* FROM signature s JOIN person_key k ON k.id = s.key_id WHERE k.person_id = :person",
    "notices": f"SELECT * FROM notice WHERE account_id IN ({_ACCOUNTS})",
    "notices_go_to": f"SELECT kind, added_by, added_at, ended_at FROM notice_way WHERE account_id IN ({_ACCOUNTS})",
    "audit": (
        f"WITH hers AS ({_HERS}) SELECT u.* FROM audit u WHERE u.subject IN (SELECT id FROM hers) OR u.actor IN ({_ACCOUNTS})"
        " OR EXISTS (SELECT 1 FROM json_tree(u.facts) j WHERE j.atom IN (SELECT id FROM hers)) ORDER BY u.seq"
    ),
}
"""What the studio knows of her, by the name of its file; each reads `:person`. No other person's row is in any of them."""

READ_ME = """Everything that Twin Studio holds about you, made on {at} for {name}.

Each .json file is a list of rows; times are UTC, money is in minor units (cents), bytes are base64.
previews/ holds the marked previews of your images, named as in images.json; masks/ holds, in white, which part of a picture an
image repaints (parts_repainted.json), one file an image. Originals lie sealed and leave by a release only.
face_measurements.json tells which measurements of your face are kept. The numbers themselves tell a person nothing and are
left out, so that no copy of them lies about; ask the studio if you want them.
audit.json holds the rows of the audit chain that are about you or by you; each names its hash, by which it can be proven.
"""


@dataclass(frozen=True)
class Package:
    """A zip file to hand out: its bytes, the name to offer, and its hash."""

    content: bytes
    filename: str
    sha256: str


class HerExport:
    """Hands a person what is about her, and puts on record that it did."""

    def __init__(self, database: Database, vault: Vault, comments: Comments) -> None:
        self._database = database
        self._vault = vault
        self._comments = comments

    def package(self, account: Account) -> Package:
        """The zip file, made in memory, so that no copy of it lies on the server. Raises NotYours for other roles."""
        require(account, Role.MODEL, "Only she herself takes home what is kept of her.")
        with self._database.write(account.id) as tx:
            tables = {name: _plain(tx.execute(sql, {"person": account.person_id})) for name, sql in TABLES.items()}
            tx.record("export.made", str(account.person_id), rows={name: len(rows) for name, rows in tables.items()})
            at = tx.now
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("READ ME.txt", READ_ME.format(at=at[:19].replace("T", " ") + " UTC", name=account.name))
            for name, rows in {**tables, "comments": self._said(account, tables["images"])}.items():
                file.writestr(f"{name}.json", json.dumps(rows, indent=1, ensure_ascii=False))
            for image in tables["images"]:
                if image["preview_sha256"] is not None:
                    self._add(file, at, f"previews/{image['id']}.jpg", Shelf.PREVIEW, image["id"], image["preview_sha256"])
            for part in tables["parts_repainted"]:
                self._add(file, at, f"masks/{part['render_id']}.png", Shelf.MASK, part["render_id"])
        content = packed.getvalue()
        return Package(content, f"twin-studio-{at[:10]}.zip", hashlib.sha256(content).hexdigest())

    def _said(self, account: Account, images: list[Row]) -> list[Row]:
        """What was said to her beside her images; the sealed rows tell nothing, so the words themselves are taken."""
        return [{"render_id": image["id"], **asdict(one)} for image in images for one in self._comments.of(account, image["id"])]

    def _add(self, file: zipfile.ZipFile, at: str, name: str, shelf: Shelf, image_id: str, sha256: str | None = None) -> None:
        """Put a picture into the zip, unless it was removed when its time was over, which images.json tells."""
        with suppress(ModerationError):
            file.writestr(zipfile.ZipInfo(name, _stamp(at)), self._vault.read(shelf, image_id, sha256))


def _plain(rows: list[Row]) -> list[Row]:
    return [
        {name: base64.b64encode(value).decode() if isinstance(value, bytes) else value for name, value in row.items()}
        for row in rows
    ]


def _stamp(at: str) -> tuple[int, int, int, int, int, int]:
    return (int(at[:4]), int(at[5:7]), int(at[8:10]), int(at[11:13]), int(at[14:16]), int(at[17:19]))
