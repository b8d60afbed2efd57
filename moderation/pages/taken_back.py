"""Stands the pages about what was taken back on the house; what is due is done before anything is read."""

from markupsafe import Markup

from moderation.access.account import Account, Role
from moderation.access.revocation import TakenBackPages
from moderation.errors import NotFound
from moderation.house import House
from moderation.pages.recalls import recalls_list
from moderation.pages.revocation import receipt_html, timeline_html


def taken_back_pages(house: House) -> TakenBackPages:
    """The functions behind the routes of `moderation.access.revocation`."""

    def timeline(account: Account, taking_back_id: str) -> Markup:
        house.settle()
        return timeline_html(house.receipts.timeline(account, taking_back_id), account, house.clock())

    def receipt(account: Account, taking_back_id: str) -> Markup:
        house.settle()
        return receipt_html(house.receipts.receipt(account, taking_back_id))

    def receipt_file(account: Account, taking_back_id: str) -> bytes:
        house.settle()
        return house.receipts.receipt(account, taking_back_id).as_file()

    def recalls(account: Account) -> Markup:
        if account.role is not Role.CREATIVE:
            raise NotFound("There is nothing here.")
        house.settle()
        return recalls_list(house.recalls.of_brand(account), house.clock())

    return TakenBackPages(timeline, receipt, receipt_file, recalls, house.recalls.acknowledge, house.recalls.attest)
