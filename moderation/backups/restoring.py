"""Brings a backup back as a home of its own, in which nothing revives that was taken back or erased since.

Everything is done in a folder beside the new home, which gets its name last: a restore that is killed leaves no home. The
restored home only shows what it holds until an administrator confirms the newest head of the audit chain that anybody has.
"""

import hashlib
import json
import os
import secrets
import shutil
import tarfile
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moderation.audit.heads import Head
from moderation.audit.verification import verify_chain
from moderation.backups.backup import DATABASE, MANIFEST, SIGNATURE, read_manifest
from moderation.database import Database, Transaction
from moderation.desk.moves import move
from moderation.desk.signoff import Mover, State
from moderation.errors import BackupRefused, Erased, KeyUnusable
from moderation.keys.export import import_keys
from moderation.reach import Reach, unreached
from moderation.rights.ending import WAITING
from moderation.vault.private import put_private, sync_folder
from moderation.vault.vault import Shelf

if TYPE_CHECKING:
    from moderation.house import House

FAULTS: tuple[str, ...] = (
    "restore.unpacked",
    "restore.verified",
    "restore.carried-out",
    "restore.erased",
    "restore.ready",
    "restore.placed",
)
ACTOR = "restore"
ALTERED = "This backup was altered or is damaged: {}."
_CHUNK = 1 << 20

WAITS_AGAIN = (State.IN_REVIEW, State.HER_TURN, State.BLOCKED, State.REFUSED)
"""States that are known: whoever said no to an image since, the tombstones tell, and a yes is only lost."""
_EVERY_FENCE = ("UPDATE twin SET epoch = epoch + 1", "UPDATE licence SET epoch = epoch + 1")
# What she approved and a brand was given stays given, and what waits goes on waiting unless its fence was behind already;
# every other fence of before is behind the new ones for good.
_KEPT = """
UPDATE render SET (twin_epoch, licence_epoch) = (SELECT w.twin_epoch, w.licence_epoch FROM licence_window w
    WHERE w.licence_id = render.licence_id)
WHERE state = 'released' OR (state IN (SELECT value FROM json_each(:waits)) AND EXISTS (SELECT 1 FROM licence_window w
    WHERE w.licence_id = render.licence_id AND w.twin_epoch = render.twin_epoch + 1
    AND w.licence_epoch = render.licence_epoch + 1))
"""
_NOBODY_IN = ("DELETE FROM sign_in", "DELETE FROM invitation WHERE used_at IS NULL")


@dataclass(frozen=True)
class Source:
    """What a home is made from: the archive, the tombstone file as it is now, and a file of keys with its passphrase.

    Without tombstones nothing is painted in the new home, without keys nothing sealed can be opened there.
    """

    archive: Path
    tombstones: Path | None = None
    keys: Path | None = None
    passphrase: str = ""


@dataclass(frozen=True)
class Restored:
    """What came back: how many files and audit rows, how much was ended again, and the head that the backup ends with."""

    files: int
    rows: int
    carried_out: int
    withdrawn: int
    waiting: int
    head: Head
    has_tombstones: bool


def restore(
    source: Source,
    target: Path,
    open_house: Callable[[Path], "House"],
    clock: Callable[[], datetime],
    reach: Reach = unreached,
) -> Restored:
    """Make the home `target`, which must not be there yet, or be empty, from a backup; `open_house` opens a folder as a home.

    Raises BackupRefused, AuditBroken, TombstonesBroken, KeyUnusable, and what opening a home raises; nothing is left then.
    """
    target = target.expanduser().resolve()
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise BackupRefused(f"{target} is there already; restore into a folder that is not there yet.")
    if not target.parent.is_dir():
        raise BackupRefused(f"The folder {target.parent} is not there.")
    for left in target.parent.glob(f".{target.name}.restoring-*"):
        shutil.rmtree(left)
    draft = target.with_name(f".{target.name}.restoring-{secrets.token_hex(8)}")
    try:
        restored = _rebuild(source, draft, open_house, clock, reach)
        os.sync()
        reach("restore.ready")
        draft.rename(target)
        sync_folder(target.parent)
    except (OSError, tarfile.TarError) as error:
        raise BackupRefused(f"{source.archive} cannot be restored: {error}.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    reach("restore.placed")
    return restored


def _rebuild(
    source: Source, draft: Path, open_house: Callable[[Path], "House"], clock: Callable[[], datetime], reach: Reach
) -> Restored:
    draft.mkdir(mode=0o700)
    manifest, signed = _unpack(source.archive, draft)
    head = Head.read(manifest["head"])
    if not head.vouches(signed, (draft / MANIFEST).read_bytes()):
        raise BackupRefused(ALTERED.format("its list of files is not signed by the studio whose head it carries"))
    (draft / MANIFEST).unlink()
    reach("restore.unpacked")
    if source.keys is not None:
        import_keys(source.keys, source.passphrase, draft / "keys")
    if source.tombstones is not None:
        put_private(draft / "keys" / "tombstones.jsonl", source.tombstones.read_bytes())
    _hold(Database(draft / DATABASE, clock))
    house = open_house(draft)
    try:
        return _bring_up(house, manifest, head, has_tombstones=source.tombstones is not None, reach=reach)
    finally:
        house.database.close()


def _bring_up(house: "House", manifest: Mapping[str, Any], head: Head, *, has_tombstones: bool, reach: Reach) -> Restored:
    """Verify what the backup holds, then end again whatever was ended since."""
    if house.heads.own() not in (None, head.public_key):
        raise BackupRefused("These keys are of another studio, or newer than the backup.")
    verified = verify_chain(house.database, house.heads, [head])
    _check_vault(house, manifest["missing"])
    reach("restore.verified")
    with house.database.write(ACTOR, held=True) as tx:
        carried_out = house.tombstones.catch_up(tx, house.again) if has_tombstones else 0
        withdrawn = _fence_all(tx, has_tombstones=has_tombstones)
        waits = tx.execute("SELECT count(*) AS images FROM render WHERE state IN ('in review', 'her turn')")[0]["images"]
        facts = {"head": head.line(), "backup_at": manifest["at"], "carried_out": carried_out, "withdrawn": withdrawn}
        tx.record("studio.restored", "home", tombstones=has_tombstones, **facts)
    reach("restore.carried-out")
    house.erasure.resume()
    reach("restore.erased")
    return Restored(len(manifest["files"]), verified.rows, carried_out, len(withdrawn), waits, head, has_tombstones)


def _fence_all(tx: Transaction, *, has_tombstones: bool) -> list[str]:
    """Put every fence behind a new one and let nobody stay signed in; the ids of the images that are withdrawn.

    Of an image that was being made or was approved nobody can know what became of it since: it may have been cancelled, or
    released and paid. Without tombstones nobody knows either to which of the others she said no.
    """
    waits = WAITS_AGAIN if has_tombstones else ()
    lost = [state for state in WAITING if state not in waits]
    known = {"waits": json.dumps(waits)}
    rows = tx.execute("SELECT id FROM render WHERE state IN (SELECT value FROM json_each(?)) ORDER BY id", [json.dumps(lost)])
    for row in rows:
        move(tx, row["id"], State.WITHDRAWN, Mover.RIGHTS, cause="restored")
    for statement in _EVERY_FENCE:
        tx.execute(statement)
    tx.execute(_KEPT, known)
    for statement in _NOBODY_IN:
        tx.execute(statement)
    return [row["id"] for row in rows]


def _hold(database: Database) -> None:
    """Refuse every write from now on, before any part of the program sees the file. Raises BackupRefused."""
    try:
        found = database.rows("PRAGMA integrity_check")[0]["integrity_check"]
        if found != "ok":
            raise BackupRefused(ALTERED.format(f"its database is not whole ({found})"))
        with database.write(ACTOR, held=True) as tx:
            database.hold(tx, held=True)
    finally:
        database.close()


def _check_vault(house: "House", missing: Collection[str]) -> None:
    """Every picture of a submission is there, and is the one that was sealed if its person's key is there to tell.

    `missing` names the files that the studio itself no longer had when it made the backup. Raises BackupRefused, SealBroken.
    """
    for row in house.database.rows("SELECT render_id, sealed_sha256 FROM submission ORDER BY render_id"):
        place = house.vault.path(Shelf.ORIGINAL, row["render_id"])
        if str(place.relative_to(house.home.folder)) in missing:
            continue
        if not place.is_file():
            raise BackupRefused(ALTERED.format(f"the picture of image {row['render_id']} is missing"))
        with suppress(KeyUnusable, Erased):  # then the hash of its sealed file, which was compared, has to do
            house.vault.read(Shelf.ORIGINAL, row["render_id"], row["sealed_sha256"])


def _unpack(archive: Path, folder: Path) -> tuple[dict[str, Any], bytes]:
    """Put every file of an archive into `folder`, each proven by its hash; the manifest, and its signature.

    Raises BackupRefused for an archive that lacks a file, has one too many, or one that leads out of the folder.
    """
    found: dict[str, dict[str, Any]] = {}
    try:
        with tarfile.open(archive) as opened:
            for member in opened:
                if member.name in found or not member.isfile():
                    raise BackupRefused(ALTERED.format(f"{member.name!r} is in it twice, or is no file"))
                found[member.name] = _put(opened, member, folder)
    except (OSError, tarfile.TarError, EOFError) as error:
        raise BackupRefused(f"{archive} cannot be read as a backup: {error}.") from error
    with suppress(FileNotFoundError):
        signature = (folder / SIGNATURE).read_bytes()
        (folder / SIGNATURE).unlink()
        manifest = read_manifest((folder / MANIFEST).read_bytes())
        listed = manifest["files"]
        for name in sorted({*listed, *found} - {MANIFEST, SIGNATURE}):
            if listed.get(name) != found.get(name):
                raise BackupRefused(ALTERED.format(f"{name} is missing, unknown, or not what its list of files says"))
        if DATABASE in listed:
            return manifest, signature
        raise BackupRefused(f"{archive} has no database in it.")
    raise BackupRefused(f"{archive} is no whole backup of a studio.")


def _put(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> dict[str, Any]:
    """Write one file of an archive; its hash and size."""
    place = (folder / member.name).resolve()
    inside = place.relative_to(folder.resolve()) if place.is_relative_to(folder.resolve()) else None
    source = archive.extractfile(member)
    if inside is None or source is None or inside.parts[:1] == ("keys",) or str(inside) != member.name:
        raise BackupRefused(ALTERED.format(f"{member.name!r} leads to a place where no file of a backup belongs"))
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        while piece := source.read(_CHUNK):
            digest.update(piece)
            size += len(piece)
            file.write(piece)
    return {"sha256": digest.hexdigest(), "bytes": size}
