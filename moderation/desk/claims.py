"""Who of the moderators holds an image: a claim with a lease, so that two never judge the same one."""

from datetime import datetime, timedelta

from moderation.access.account import Account
from moderation.desk.decisions import not_found
from moderation.desk.moves import Row, Writing
from moderation.errors import ClaimHeld, IllegalMove, NotYours

LEASE = timedelta(minutes=10)
STANDS = (
    "NOT EXISTS (SELECT 1 FROM decision p WHERE p.render_id = e.render_id AND p.kind = 'appeal' AND p.decided_at > e.raised_at)"
)
"""The SQL test that the `escalation e` still says who does not decide: an appeal begins an image anew."""


def eligible(image: str, who: str = ":account_id") -> str:
    """The SQL test that the account `who` may judge the image of the row named `image`.

    Nobody judges an image of her own making, nor a second time one that she refused before the appeal, nor one for which she
    asked for a second pair of eyes. A refusal that she took back herself does not count.
    """
    return (
        f"{image}.maker_id <> {who} AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.render_id = {image}.id"
        f" AND d.kind = 'review' AND d.choice = 'refuse' AND d.account_id = {who}"
        " AND NOT EXISTS (SELECT 1 FROM decision n WHERE n.supersedes_id = d.id))"
        f" AND NOT EXISTS (SELECT 1 FROM escalation e WHERE e.render_id = {image}.id AND e.account_id = {who} AND {STANDS})"
    )


# An image that this account may not judge though it is in review was appealed or left to another: few, which are counted
# one by one, while all the others are counted along an index.
WAITING = f"""
SELECT (SELECT count(*) FROM render WHERE state = 'in review' AND maker_id <> :account_id)
    - (SELECT count(*) FROM render r WHERE r.state = 'in review' AND r.maker_id <> :account_id AND NOT ({eligible("r")})
        AND r.id IN (SELECT p.render_id FROM decision p WHERE p.kind = 'appeal'
            UNION SELECT g.render_id FROM escalation g WHERE g.account_id = :account_id)) AS n
"""
"""How many images wait for the moderator `:account_id`."""

_TAKE = f"""
INSERT INTO claim (render_id, account_id, token, lease_until)
SELECT r.id, :account_id, :token, :until FROM render r LEFT JOIN claim held ON held.render_id = r.id
WHERE r.state = 'in review' AND {eligible("r")}
AND (held.render_id IS NULL OR held.lease_until <= :now OR held.account_id = :account_id)
"""
_KEEP = """
ON CONFLICT (render_id) DO UPDATE SET account_id = excluded.account_id, token = excluded.token, lease_until = excluded.lease_until
RETURNING *
"""
_TAKE_ONE = f"{_TAKE} AND r.id = :render_id {_KEEP}"
_TAKE_OLDEST = f"""{_TAKE} AND r.id NOT IN (SELECT value FROM json_each(:skip))
ORDER BY r.moved_at, r.id LIMIT 1 {_KEEP}"""


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


def take(tx: Writing, account: Account, render_id: str, token: str) -> Row:
    """Claim one image for `LEASE`; the `claim` row. A claim of one's own starts anew with the new token.

    Raises NotFound, ClaimHeld, NotYours (see `eligible`), IllegalMove (not in review).
    """
    values = {"account_id": account.id, "token": token, "until": _text(tx.at + LEASE), "now": tx.now, "render_id": render_id}
    rows = tx.execute(_TAKE_ONE, values)
    if rows:
        return rows[0]
    found = tx.execute(
        f"SELECT r.state, {eligible('r')} AS eligible FROM render r JOIN submission s ON s.render_id = r.id"
        " WHERE r.id = :render_id",
        {"account_id": account.id, "render_id": render_id},
    )
    if not found:
        raise not_found()
    if found[0]["state"] != "in review":
        raise IllegalMove("This image does not wait for review.")
    if not found[0]["eligible"]:
        raise NotYours("Another moderator judges this image: you made it, refused it before, or asked for a second pair of eyes.")
    raise ClaimHeld("Another moderator is looking at this image.")


def take_oldest(tx: Writing, account: Account, token: str, skip: str) -> Row | None:
    """Claim the oldest free image whose id is not in the JSON list `skip`; None when nothing waits."""
    values = {"account_id": account.id, "token": token, "until": _text(tx.at + LEASE), "now": tx.now, "skip": skip}
    rows = tx.execute(_TAKE_OLDEST, values)
    return rows[0] if rows else None


def prolong(tx: Writing, account: Account, render_id: str, token: str) -> Row:
    """Start the lease of one's own claim anew; ClaimHeld when it has run out or is somebody else's."""
    rows = tx.execute(
        "UPDATE claim SET lease_until = :until WHERE render_id = :render_id AND account_id = :account_id AND token = :token"
        " AND lease_until > :now RETURNING *",
        {"until": _text(tx.at + LEASE), "render_id": render_id, "account_id": account.id, "token": token, "now": tx.now},
    )
    if not rows:
        raise _lost()
    return rows[0]


def use_up(tx: Writing, account: Account, render_id: str, token: str) -> None:
    """End one's own claim by deciding; ClaimHeld when it has run out or is somebody else's."""
    rows = tx.execute(
        "DELETE FROM claim WHERE render_id = :render_id AND account_id = :account_id AND token = :token AND lease_until > :now"
        f" AND EXISTS (SELECT 1 FROM render r WHERE r.id = claim.render_id AND {eligible('r')}) RETURNING render_id",
        {"render_id": render_id, "account_id": account.id, "token": token, "now": tx.now},
    )
    if not rows:
        raise _lost()


def let_go(tx: Writing, account: Account, render_id: str, token: str) -> bool:
    """Give one's own claim back; whether there was one."""
    return bool(
        tx.execute(
            "DELETE FROM claim WHERE render_id = ? AND account_id = ? AND token = ? RETURNING render_id",
            [render_id, account.id, token],
        )
    )


def _lost() -> ClaimHeld:
    return ClaimHeld(f"You no longer hold this image: a claim lasts {LEASE.seconds // 60} minutes. Open it again to decide.")
