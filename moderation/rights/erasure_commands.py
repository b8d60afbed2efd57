"""What the command line does about what is kept of people: erases whom an administrator was asked to, and shows receipts."""

from argparse import Namespace
from collections.abc import Callable, Iterator

from moderation.access.account import Role
from moderation.access.accounts import Accounts
from moderation.errors import AccountRefused, NotYours
from moderation.rights.erasure import Erasure
from moderation.rights.retention import Retention, Run

SHOWN = 30
"""How many of the last receipts are listed."""


def erase(erasure: Erasure, accounts: Accounts, asked: Namespace, confirm: Callable[[str], bool]) -> str:
    """Erase the person `asked.id` in the name of the administrator `asked.login`, once the terminal said yes; the receipt.

    Raises NotFound, NotYours, BadRequest, AlreadyDecided, and what `confirm` raises.
    """
    account = accounts.by_login(asked.login)
    if account.role is not Role.ADMINISTRATOR:
        raise NotYours(f"{asked.login} is no administrator.")
    foreseen = erasure.foresee(account, asked.id)
    told = "\n".join(f"- {sentence}" for sentence in foreseen.sentences())
    if not asked.yes and not confirm(
        f"What erasing {foreseen.person_name} does, in the words in which she is told:\n{told}\nErase?"
    ):
        raise AccountRefused("Nothing was erased.")
    return "\n".join(erasure.erase(account, asked.id, asked=asked.words).sentences())


def retention(kept: Retention, asked: Namespace) -> str:
    """Destroy what is over now (`asked.act` is “run”), or list the last receipts."""
    if asked.act == "run":
        return _line(kept.run())
    return "\n".join(map(_line, kept.runs()[:SHOWN])) or "Nothing was looked at yet."


def _line(run: Run) -> str:
    return f"{run.ran_at[:19].replace('T', ' ')} UTC  {run.id}  {'; '.join(_destroyed(run)) or 'nothing was over'}"


def _destroyed(run: Run) -> Iterator[str]:
    for kind, words in (("templates", "faces"), ("reference_objects", "photographs"), ("weights_objects", "models")):
        if run.facts[kind]:
            yield f"{words} of " + ", ".join(f"{one['twin']} ({one['why']})" for one in run.facts[kind])
    if run.facts["pictures"]:
        yield f"pixels of {len(run.facts['pictures'])} images"
    if run.facts.get("notices"):  # a receipt of an earlier version does not count them
        yield f"{run.facts['notices']} notices"
