"""Who records that money reached somebody, and how an amount is written by a person."""

import re

from moderation.access.account import Account, Role
from moderation.database import Database
from moderation.desk.moves import Row
from moderation.errors import BadRequest, NotFound
from moderation.money import ledger
from moderation.money.fees import Payout
from moderation.money.statements import Statements

STUDIO = "studio"
"""Who paid when an administrator records a payout."""
_AMOUNT = re.compile(r"(?P<whole>[0-9]{1,12})(?:[.,](?P<cents>[0-9]{2}))?")


class Payouts:
    """Payouts by an administrator to anybody, by an agency to its people; each is one batch and one row of the audit chain."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._statements = Statements(database)

    def may_pay(self, account: Account, party: str, party_id: str) -> bool:
        """Whether this account records payouts to this payee: an agency not to itself, nobody but these two roles to anybody."""
        if account.role is Role.AGENCY and party != "person":
            return False
        if account.role not in (Role.AGENCY, Role.ADMINISTRATOR):
            return False
        return any((one.party, one.party_id) == (party, party_id) for one in self._statements.payees(account))

    def record(self, account: Account, party: str, party_id: str, amount_minor: int, currency: str, reference: str) -> Row:
        """Enter a payout that was made, in one transaction; the `ledger_batch` row. The same again enters nothing.

        Raises NotFound for whoever may not, LedgerUnbalanced for more than is owed, AlreadyDecided for a reference used before.
        """
        if not self.may_pay(account, party, party_id):
            raise NotFound("There is no such statement.")
        payer = account.agency_id if account.role is Role.AGENCY and account.agency_id else STUDIO
        payout = Payout(party, party_id, payer, amount_minor, currency, reference.strip())
        with self._database.write(account.id) as tx:
            return ledger.pay_out(tx, payout)


def minor_of(text: str) -> int:
    """An amount as a person writes it (120, 120.50 or 120,50) in minor units. Raises BadRequest for anything else."""
    found = _AMOUNT.fullmatch(text.strip())
    if not found:
        raise BadRequest("Write the amount like 120 or 120.50.")
    return int(found["whole"]) * 100 + int(found["cents"] or 0)
