"""What the command line does with the audit chain and with backups: values in, sentences out."""

from argparse import Namespace
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from moderation.access.account import Role
from moderation.access.accounts import Accounts
from moderation.audit.heads import Head, read_heads
from moderation.audit.verification import verify_home
from moderation.backups.backup import Backup
from moderation.backups.confirming import confirm
from moderation.backups.restoring import Restored, Source, restore
from moderation.commands import CONSOLE, lacks_administrator
from moderation.errors import BackupRefused, HeadRefused, NotYours
from moderation.keys.export import export_keys
from moderation.reach import Reach

if TYPE_CHECKING:
    from moderation.house import House

KEYS = "the file of keys"
"""Whose passphrase is asked for, in the words of the prompt."""


def audit(house: "House", asked: Namespace) -> str:
    """Verify the chain, against `asked.head` if there are any, or export its signed head to `asked.file`.

    Raises AuditBroken naming the first bad row, TombstonesBroken, HeadRefused, KeyUnusable.
    """
    if asked.act == "verify":
        witnessed = [head for file in asked.head or () for head in heads_in(file)]
        return "\n".join(verify_home(house.database, house.heads, house.tombstones, witnessed).sentences())
    place = Path(asked.file)
    if place.exists():
        raise BackupRefused(f"{place} is there already; choose another name.")
    with house.database.write(CONSOLE) as tx:
        tx.record("head.witnessed", CONSOLE, role="console")
        head = house.heads.sign(tx)
    try:
        place.write_text(head.as_text(), encoding="utf-8")
    except OSError as error:
        raise BackupRefused(f"{place} cannot be written: {error.strerror or error}.") from error
    return f"{place} holds the signed head of audit row {head.seq}. Keep it where this studio cannot reach it.\n{head.line()}"


def heads_in(file: str) -> list[Head]:
    """The signed heads in a file, or in the line itself. Raises HeadRefused."""
    try:
        text = file if file.startswith("audit-head ") else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise HeadRefused(f"{file} cannot be read as a signed head.") from error
    return read_heads(text)


def back_up(house: "House", asked: Namespace, ask_password: Callable[[str], str], reach: Reach) -> str:
    """Write an archive to `asked.place` and the keys to `asked.keys`, whichever was said; what was written.

    Raises BackupRefused, KeyUnusable, and what `ask_password` raises.
    """
    if asked.place is None and asked.keys is None:
        raise BackupRefused("Say where the backup is to go, or with --keys where the keys are to go.")
    said = []
    if asked.place is not None:
        made = Backup(house.home, house.database, house.vault, house.heads, reach).make(Path(asked.place))
        said.append(
            f"{made.place} holds {made.files} files ({made.size / 1e6:.1f} MB), and no key. It ends with this head:\n{made.head}"
        )
        if made.missing:
            said.append(f"{len(made.missing)} pictures are no longer in this home, and not in the backup.")
        said.append(f"Copy {house.tombstones.file} too, often: without its newest lines a restored studio paints nothing.")
    if asked.keys is not None:
        count = export_keys(house.home.keys, ask_password(KEYS), Path(asked.keys))
        said.append(f"{asked.keys} holds {count} keys under your passphrase. Keep it apart from every backup.")
    return "\n".join(said)


def bring_back(
    asked: Namespace,
    target: Path,
    open_house: Callable[[Path], "House"],
    clock: Callable[[], datetime],
    ask_password: Callable[[str], str],
    reach: Reach,
) -> str:
    """Restore `asked.archive` into the home `target`; what was restored, and what is still to do.

    Raises what `restore` raises, and what `ask_password` raises.
    """
    if asked.archive is None:
        raise BackupRefused("Say which backup is to be restored, or with --confirm which head is confirmed.")
    source = Source(
        Path(asked.archive),
        Path(asked.tombstones) if asked.tombstones else None,
        Path(asked.keys) if asked.keys else None,
        ask_password(KEYS) if asked.keys else "",
    )
    return "\n".join(_told(restore(source, target, open_house, clock, reach), target))


def _told(restored: Restored, target: Path) -> list[str]:
    said = [
        f"{target} holds {restored.files} files and {restored.rows} audit rows, each proven.",
        f"{restored.carried_out} acts since the backup were done again: takings back, noes, erasures, what ended for accounts.",
        f"{restored.waiting} images wait for a decision as they did. {restored.withdrawn} images that were being made or were"
        " approved are withdrawn: nobody can know what became of them.",
    ]
    if not restored.has_tombstones:
        said.append("It has no tombstone file, so nothing is painted: put the newest one beside its keys, and start it again.")
    return [
        *said,
        "It changes nothing until an administrator confirms the newest signed head that anybody has, at least this one:",
        restored.head.line(),
        f"twin-studio restore --home {target} --as LOGIN --confirm FILE",
    ]


def confirm_head(house: "House", asked: Namespace) -> str:
    """Confirm the head in `asked.confirm` as the administrator `asked.login`; what holds now.

    Raises HeadRefused, BackupRefused, NotFound, NotYours.
    """
    heads = heads_in(asked.confirm)
    newest = max(heads, key=lambda head: head.seq)
    actor = _administrator(house.accounts, asked.login)
    return "\n".join(confirm(house.database, house.heads, house.tombstones, newest, actor).sentences())


def _administrator(accounts: Accounts, login: str | None) -> str:
    """Who confirms; a demo has no administrator, and there the console does."""
    if login is None:
        if lacks_administrator(accounts):
            return CONSOLE
        raise NotYours("Say which administrator confirms, with --as LOGIN.")
    account = accounts.by_login(login)
    if account.role is not Role.ADMINISTRATOR:
        raise NotYours(f"{login} is a {account.role}; a restored studio is confirmed by an administrator.")
    return account.id
