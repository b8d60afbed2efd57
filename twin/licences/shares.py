"""What a licence gives the people behind a look: a share that its brand pays beside the fee, agreed before the first image.

It comes out of the brand's side, because the brand chooses the look and names its authors; the fee that the person signed for
and the commission of her agency stay what they are, whoever is credited.
"""

from twin.errors import BadValue, LicenceRefuses
from twin.ports import Transaction
from twin.registry.entries import require

HIGHEST_SHARE_BP = 5000
"""Half of the fee."""


def agree_share(tx: Transaction, licence_id: str, share_bp: int) -> None:
    """Agree a share in basis points of the fee, in the transaction that writes the licence; nothing is entered for zero.

    Raises NotFound for no such licence, BadValue for no share, LicenceRefuses when one is agreed or an image ordered.
    """
    require(tx, "licence", licence_id)
    if isinstance(share_bp, bool) or not isinstance(share_bp, int) or not 0 <= share_bp <= HIGHEST_SHARE_BP:
        raise BadValue(f"The people behind a look get from 0 to {HIGHEST_SHARE_BP // 100} per cent of the fee.")
    taken = "SELECT 1 FROM creative_share WHERE licence_id = :id UNION ALL SELECT 1 FROM render WHERE licence_id = :id"
    if tx.execute(taken, {"id": licence_id}):
        raise LicenceRefuses("The share of the people behind a look is agreed once, before the first image is ordered.")
    if share_bp:
        tx.execute(
            "INSERT INTO creative_share (licence_id, share_bp, agreed_at) VALUES (?, ?, ?)", [licence_id, share_bp, tx.now]
        )
        tx.record("licence.share_agreed", licence_id, share_bp=share_bp)


def share_of(tx: Transaction, licence_id: str) -> int:
    """What was agreed, in basis points of the fee; 0 when nothing was."""
    rows = tx.execute("SELECT share_bp FROM creative_share WHERE licence_id = ?", [licence_id])
    return int(rows[0]["share_bp"]) if rows else 0
