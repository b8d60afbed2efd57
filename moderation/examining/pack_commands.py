"""What the command line does with packs: values in, sentences out; asking and printing is app.py's part."""

import json
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from moderation.access.accounts import Accounts
from moderation.errors import PackRefused
from moderation.examining.packs import Leave, Packs
from moderation.faces.catalogue import Entry, Origin
from moderation.faces.pack import Pack

Confirm = Callable[[str], bool]
Tell = Callable[[str], None]
CONSEQUENCES = {
    "faces": "The references of all twins are then measured again.",
    "blend": "It then searches every image in the place of the studio's own blend detector.",
    "generated": "It says nothing about the studio's images, which are all generated; it is for pictures handed in.",
}
OWN = "It is what the program came with."
TOLD_EVERY = 10_000_000
"""Bytes between two lines on how far a download is."""


def packs(kept: Packs, accounts: Accounts, asked: Namespace, confirm: Confirm, tell: Tell) -> str:
    """What `packs` answers: `asked.act` on `asked.name`. Raises PackRefused, NotYours, NotFound and what `confirm` raises."""
    if asked.act == "list":
        return (
            _json(kept)
            if asked.json
            else "\n".join(line for one in kept.catalogue.entries for line in _lines(one, kept.standing(one)))
        )
    if asked.act == "check":
        return _checked(kept, [asked.name] if asked.name else None)
    leave = Leave(accounts.by_login(asked.login) if asked.login else None, asked.pin, asked.accept)
    match asked.act:
        case "use":
            kept.use(asked.name, leave)
            entry = kept.catalogue.entry(asked.name)
            own = entry.origin is not Origin.DOWNLOAD
            return f"{asked.name} is used from the next start on. {OWN if own else CONSEQUENCES[entry.slot]}"
        case "import":
            pack = kept.bring(asked.name, Path(asked.place), leave)
        case _:
            entry = kept.catalogue.entry(asked.name)
            tell(offer(entry))
            if not (asked.yes or confirm("Fetch it?")):
                raise PackRefused("Nothing was fetched.")
            pack = _pulled(kept, entry, leave, tell)
    return f"{pack.name} is installed, manifest {pack.sha256[:12]}…; to use it: twin-studio packs use {pack.name}"


def offer(entry: Entry) -> str:
    """What somebody reads before a byte is fetched: what, how large, under which licence, and from where."""
    lines = [
        f"{entry.title}: {size_of(entry)}, licence {entry.licence}.",
        entry.note,
        *(f"  {source.file} from {source.url}" for source in entry.sources if source.url),
    ]
    if not entry.commercial:
        lines.insert(1, "This licence FORBIDS COMMERCIAL USE.")
    if entry.unread:
        lines.append(f"Nobody has read the SHA-256 of: {', '.join(entry.unread)}.")
    return "\n".join(lines)


def size_of(entry: Entry) -> str:
    """The size in megabytes, or that it is not known."""
    return "size unknown" if entry.bytes is None else f"{entry.bytes / 1e6:.1f} MB"


def _pulled(kept: Packs, entry: Entry, leave: Leave, tell: Tell) -> Pack:
    from moderation.faces.fetch import careful_client

    told: dict[str, int] = {}

    def progress(file: str, here: int, whole: int | None) -> None:
        if here - told.get(file, 0) >= TOLD_EVERY or here == whole:
            told[file] = here
            tell(f"  {file}: {here / 1e6:.1f} of {'?' if whole is None else f'{whole / 1e6:.1f}'} MB")

    with careful_client() as client:
        return kept.pull(entry.name, leave, client, progress)


def _lines(entry: Entry, standing: str) -> list[str]:
    free = "" if entry.commercial else ", NOT FOR COMMERCE"
    unread = f", {len(entry.unread)} hash unread" if entry.unread else ""
    return [
        f"{entry.name:<22} {standing:<14} {entry.slot:<10} {size_of(entry):>13}  {entry.licence}{free}{unread}",
        f"    {entry.title}. {entry.note}",
    ]


def _json(kept: Packs) -> str:
    told = [
        {
            "name": one.name,
            "standing": kept.standing(one),
            "answers": one.answers,
            "detects": one.detects,
            "bytes": one.bytes,
            "licence": one.licence,
            "commercial": one.commercial,
            "unread": list(one.unread),
        }
        for one in kept.catalogue.entries
    ]
    return json.dumps({"packs": told}, indent=1)


def _checked(kept: Packs, names: list[str] | None) -> str:
    """A sentence on each pack asked about, or on all that are here; raises PackRefused when any is not whole."""
    here = names or [one.name for one in kept.catalogue.entries if kept.standing(one) != "not installed"]
    whole, broken = [], []
    for name in here:
        try:
            whole.append(kept.check(name))
        except PackRefused as refusal:
            broken.append(str(refusal))
    if broken:
        raise PackRefused("\n".join([*whole, *broken]))
    return "\n".join(whole)
