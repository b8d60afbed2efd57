"""What the command line does with people's keys: listed, witnessed, and a signed approval checked away from the studio."""

from argparse import Namespace
from pathlib import Path

from moderation.access.account import Account, Role
from moderation.access.accounts import Accounts
from moderation.errors import AccountRefused, BadRequest
from moderation.keys.approval import verify_proof
from moderation.keys.her_keys import HerKeys

LARGEST_PROOF = 1 << 20
"""Bytes; one approval takes about two thousand."""
LARGEST_FILE = 1 << 28


def keys(kept: HerKeys, accounts: Accounts, asked: Namespace) -> str:
    """What `keys list` and `keys witness` answer. Raises NotFound, NotYours, AccountRefused."""
    if asked.act == "list":
        return "\n".join(_lines(kept, accounts)) or "Nobody has a key yet."
    her, witness = accounts.by_login(asked.login), accounts.by_login(asked.witness)
    if her.role is not Role.MODEL or her.person_id is None:
        raise AccountRefused(f"{her.login} is a {her.role}; only a model has a key.")
    made = kept.witness(witness, her.person_id, asked.fingerprint)
    return f"{made.fingerprint} is the key of {her.name} now; that {witness.name} was witness to it stands in the audit chain."


def verify_approval(asked: Namespace) -> str:
    """Check the proof in a file, and perhaps an image, against a fingerprint; no studio is opened.

    Raises SignatureRefused, BadImage, and BadRequest for a file that cannot be read.
    """
    content = None if asked.file is None else _read(Path(asked.file), LARGEST_FILE)
    try:
        text = _read(Path(asked.proof), LARGEST_PROOF).decode()
    except UnicodeDecodeError as error:
        raise BadRequest(f"{asked.proof} is no proof: it is not text.") from error
    return "\n".join([*verify_proof(text, asked.fingerprint, content), "The approval holds."])


def _lines(kept: HerKeys, accounts: Accounts) -> list[str]:
    found = []
    for row in accounts.listing():
        if row["role"] == Role.MODEL:
            found += _of(kept, accounts.by_login(row["login"]))
    return found


def _of(kept: HerKeys, her: Account) -> list[str]:
    person_id = str(her.person_id)
    told = [
        f"{her.login:<20} {key.fingerprint} {key.origin}, {'replaced ' + key.replaced_at[:10] if key.replaced_at else 'in use'}"
        for key in kept.of(person_id)
    ]
    waiting = kept.waiting(person_id)
    return [*told, *([f"{her.login:<20} {waiting} waits for a witness"] if waiting else [])]


def _read(path: Path, largest: int) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except OSError as error:
        raise BadRequest(f"{path} cannot be read: {error.strerror or error}.") from error
    if len(content) > largest:
        raise BadRequest(f"{path} is larger than {largest >> 20} MB.")
    return content
