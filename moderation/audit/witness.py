"""Whoever keeps a signed head of the audit chain is a witness: a change of anything before it will be noticed."""

from moderation.access.account import Account
from moderation.audit.heads import Head, Heads
from moderation.database import Database


class Witnesses:
    """Hands the chain's head to people who are signed in."""

    def __init__(self, database: Database, heads: Heads) -> None:
        self._database = database
        self._heads = heads

    def latest(self) -> Head | None:
        """The head signed last, None before the first."""
        with self._database.read("witness") as tx:
            return self._heads.latest(tx)

    def take(self, account: Account) -> Head:
        """A head of the chain as it stands now, whose last row says who took it, and which key is hers if it is a model.

        Raises KeyUnusable, ReadOnly.
        """
        with self._database.write(account.id) as tx:
            hers = tx.execute(
                "SELECT fingerprint FROM person_key WHERE person_id = ? AND replaced_at IS NULL", [account.person_id]
            )
            tx.record("head.witnessed", account.id, role=account.role.value, **({"key": hers[0]["fingerprint"]} if hers else {}))
            return self._heads.sign(tx)
