"""What the command line does with painters: values in, sentences out; asking and printing is app.py's part."""

import json
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from twin.engines.catalogue import Entry
from twin.engines.hub import Hub, HuggingFace, Listing, Progress
from twin.engines.installs import CONSOLE, Installs, Leave
from twin.errors import PainterRefused

Confirm = Callable[[str], bool]
Tell = Callable[[str], None]
TOLD_EVERY = 250_000_000
"""Bytes between two lines on how far a download is."""


class Account(Protocol):
    """Whoever acts; an administrator may pin and accept."""

    @property
    def id(self) -> str: ...
    @property
    def role(self) -> str: ...


def painters(
    kept: Installs, asked: Namespace, by_login: Callable[[str], Account], confirm: Confirm, tell: Tell, hub: Hub | None = None
) -> str:
    """What `painters` answers: `asked.act` on `asked.name`. Nothing is fetched unless `pull` was asked for and confirmed.

    Raises PainterRefused, PainterUnavailable and what `by_login` and `confirm` raise.
    """
    who = by_login(asked.login) if asked.login else None
    leave = Leave(who.id if who else CONSOLE, who is not None and who.role == "administrator", asked.pin, asked.accept)
    hub = hub or HuggingFace()
    match asked.act:
        case "list" if asked.json:
            return json.dumps({"painters": [_told(kept, entry) for entry in kept.catalogue.entries]}, indent=1)
        case "list":
            return "\n".join(line for entry in kept.catalogue.entries for line in _lines(kept, entry))
        case "check":
            return _checked(kept, asked.name)
        case "import":
            whole = kept.bring(asked.name, Path(asked.place), leave)
        case _:
            entry, listing = kept.offer(asked.name, hub)
            tell(offer(entry, listing))
            if not (asked.yes or confirm("Fetch it?")):
                raise PainterRefused("Nothing was fetched.")
            whole = kept.pull(asked.name, listing, leave, hub, progress_in_words(tell))
    return f"{asked.name} is installed, {whole[:12]}…; the studio offers it to whoever opens its page from now on."


def offer(entry: Entry, listing: Listing) -> str:
    """What somebody reads before weights are fetched: what, how large, under which licence, and from where."""
    sizes = list(listing.files.values())
    known = sum(size for size in sizes if size is not None) / 1e9
    size = f"{known:.2f} GB in {len(sizes)} files" if None not in sizes else f"more than {known:.2f} GB in {len(sizes)} files"
    lines = [f"{entry.card.title}: {size}, licence {entry.card.licence}.", entry.note]
    if not entry.card.commercial:
        lines.append("This licence FORBIDS COMMERCIAL USE or was not read.")
    lines.append(f"From {entry.repository} at {listing.commit}.")
    if entry.unread:
        lines.append(f"Nobody has read the SHA-256 of {len(entry.unread)} kinds of its files: they are pinned as they arrive.")
    return "\n".join(lines)


def progress_in_words(tell: Tell) -> Progress:
    """Says how far each file is, every quarter of a gigabyte and at its end."""
    told: dict[str, int] = {}

    def progress(file: str, here: int, whole: int | None) -> None:
        if here - told.get(file, 0) >= TOLD_EVERY or (here == whole and told.get(file) != here):
            told[file] = here
            tell(f"  {file}: {here / 1e6:.1f} of {'?' if whole is None else f'{whole / 1e6:.1f}'} MB")

    return progress


def _lines(kept: Installs, entry: Entry) -> list[str]:
    free = "" if entry.card.commercial else ", NOT FOR COMMERCE"
    unread = f", {len(entry.unread)} hashes unread" if entry.unread else ""
    what = f"{entry.memory_class}; {entry.card.licence}{free}{unread}"
    return [
        f"{entry.card.name:<26} {kept.standing(entry):<17} {entry.size:>22}  {what}",
        f"    {entry.card.title}. {entry.note}",
    ]


def _told(kept: Installs, entry: Entry) -> dict[str, object]:
    row = kept.installed(entry.card.name)
    return {
        "name": entry.card.name,
        "standing": kept.standing(entry),
        "licence": entry.card.licence,
        "commercial": entry.card.commercial,
        "repository": entry.repository,
        "revision": row["revision"] if row else entry.revision,
        "sha256": row["sha256"] if row else entry.card.model_sha256,
        "download_gb": entry.card.needs.download_gb,
        "memory_class": entry.memory_class,
        "unread": list(entry.unread),
    }


def _checked(kept: Installs, name: str | None) -> str:
    """A sentence on the painter asked about, or on all that are here; raises PainterRefused when any is not whole."""
    here = [name] if name else [e.card.name for e in kept.catalogue.entries if kept.standing(e) in ("built in", "installed")]
    whole, broken = [], []
    for one in here:
        try:
            whole.append(kept.check(one))
        except PainterRefused as refusal:
            broken.append(str(refusal))
    if broken:
        raise PainterRefused("\n".join([*whole, *broken]))
    return "\n".join(whole)
