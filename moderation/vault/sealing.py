"""Brings a home that an older program wrote to rest sealed: files are sealed one by one, and what lay in the clear is wiped."""

from collections.abc import Callable
from contextlib import suppress

from moderation.database import Database
from moderation.errors import NotFound
from moderation.reach import Reach, unreached
from moderation.vault.masks import seal_masks
from moderation.vault.vault import OF_IMAGES, Shelf, Vault, wipe

FAULTS: tuple[str, ...] = ("seal.kept", "seal.wiped")
SCRUBBED, OF = "database.scrubbed", "masks"
"""What the audit says once nothing of templates and masks is left in the file in the clear."""
Say = Callable[[str], None]


def seal_home(database: Database, vault: Vault, say: Say, reach: Reach = unreached) -> int:
    """Seal whatever lies in the clear, then rewrite the database without the bytes of what was dropped; how many files.

    May be stopped anywhere and begun again: a file is wiped only when its sealed twin is whole on the disk, and a file of no
    image at all is wiped unsealed. Raises VaultFull, KeyUnusable.
    """
    open_files = [(shelf, name, path) for shelf in OF_IMAGES for name, path in vault.in_clear(shelf)]
    if open_files:
        say(f"Sealing {len(open_files)} pictures that lie in the clear …")
    for shelf, name, path in open_files:
        with suppress(NotFound, FileNotFoundError):
            _seal(vault, shelf, name, path.read_bytes())
        reach("seal.kept")
        wipe(path)
        reach("seal.wiped")
    masks = seal_masks(database, vault, reach)
    _scrub(database)
    return len(open_files) + masks


def _seal(vault: Vault, shelf: Shelf, name: str, content: bytes) -> None:
    # What the program itself sealed is newer than anything in the clear, and stays.
    if not vault.path(shelf, name).exists():
        vault.keep(shelf, name, content)


def _scrub(database: Database) -> None:
    """Rewrite the file once after templates and masks left it, so that no page of it, nor of its log, still holds one."""
    if database.rows("SELECT 1 FROM audit WHERE event = ? AND subject = ? LIMIT 1", [SCRUBBED, OF]):
        return
    connection = database.tables.conn
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with database.write("sealing") as tx:
        tx.record(SCRUBBED, OF)
