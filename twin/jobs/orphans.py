"""Files that no row owns, left by a crash, a cancel or a lapse."""

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from twin.ports import Store

Remove = Callable[[Collection[str], Collection[str], datetime], list[Path]]
"""`(submitted, underway, before)`: removes the files of all other images that are older than a moment; the paths."""


def sweep(store: Store, remove: Remove, failed: Collection[str] = ()) -> list[Path]:
    """Remove the files of images that were never submitted, but for those being painted now; the paths.

    Those of images whose painting just `failed` go too. The database is locked meanwhile. Files are stored inside the
    transaction that submits them, so none can appear in between that is about to be owned.
    """
    with store.write("worker") as tx:
        submitted = {str(row["render_id"]) for row in tx.execute("SELECT render_id FROM submission")}
        running = tx.execute("SELECT render_id FROM job WHERE kind = 'paint' AND state = 'running' AND lease_until > ?", [tx.now])
        underway = {str(row["render_id"]) for row in running} - set(failed)
        return remove(submitted, underway, tx.at)
