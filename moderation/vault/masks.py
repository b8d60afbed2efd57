"""The marked parts of images that repaint something, each sealed with the key of the person in the picture it was drawn on."""

from contextlib import suppress

from moderation.database import Database
from moderation.errors import NotFound
from moderation.reach import Reach, unreached
from moderation.vault.vault import Shelf, Vault

FAULTS: tuple[str, ...] = ("mask.kept", "seal.mask-kept", "seal.mask-forgotten")
_OWNED = "SELECT render_id FROM edit_mask UNION SELECT render_id FROM edit_upload"


class Masks:
    """PNG files of one bit a pixel, named for the image that is ordered with them."""

    def __init__(self, vault: Vault, reach: Reach = unreached) -> None:
        self._vault, self._reach = vault, reach

    def keep(self, render_id: str, mask: bytes) -> None:
        """Seal the mask of an order, within the transaction that enters it. Raises VaultFull, Erased, KeyUnusable."""
        self._vault.keep(Shelf.MASK, render_id, mask)
        self._reach("mask.kept")

    def open(self, render_id: str) -> bytes:
        """The mask of an order. Raises NotFound, Erased, SealBroken, KeyUnusable."""
        return self._vault.read(Shelf.MASK, render_id)


def drop_unowned_masks(database: Database, vault: Vault) -> int:
    """Drop the masks of orders that were never entered, as a crash leaves them; how many there were.

    Within a transaction, so that nobody is entering one meanwhile.
    """
    with database.write("retention", held=True) as tx:
        owned = {row["render_id"] for row in tx.execute(_OWNED)}
        return sum(vault.drop(Shelf.MASK, name) for name in vault.names(Shelf.MASK) if name not in owned)


def seal_masks(database: Database, vault: Vault, reach: Reach = unreached) -> int:
    """Seal the masks that an older program kept in the clear in the database, and forget them there; how many.

    May be stopped anywhere and begun again. The mask of somebody who had herself erased is forgotten unsealed. Raises VaultFull,
    KeyUnusable.
    """
    names = [row["render_id"] for row in database.rows("SELECT render_id FROM mask_in_clear ORDER BY render_id")]
    for name in names:
        for row in database.rows("SELECT mask FROM mask_in_clear WHERE render_id = ?", [name]):
            with suppress(NotFound):
                if not vault.path(Shelf.MASK, name).exists():
                    vault.keep(Shelf.MASK, name, row["mask"])
        reach("seal.mask-kept")
        with database.write("sealing") as tx:
            tx.execute("DELETE FROM mask_in_clear WHERE render_id = ?", [name])
        reach("seal.mask-forgotten")
    return len(names)
