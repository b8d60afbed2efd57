"""The packs that answer in this home: those that somebody chose, and otherwise those that the program came with."""

from pathlib import Path

from moderation.database import Database
from moderation.errors import PackRefused
from moderation.faces.cc0 import cc0_sources, ready_cc0
from moderation.faces.pack import DEFAULT, Pack
from moderation.packs import in_use, installed
from moderation.safeguards.blend import Unanswered
from moderation.safeguards.exhibit import Safeguard
from moderation.safeguards.manipulation import BLEND, Manipulation
from moderation.safeguards.packed import PackedManipulation


def faces_pack(database: Database, folder: Path) -> Pack:
    """The pack that reads faces; the default one is converted when it is not there yet. Raises PackRefused."""
    name = in_use(database, "faces")
    if name is not None:
        return installed(database, folder, name)
    return ready_cc0(folder / DEFAULT, cc0_sources(), lambda _words, _part: None)


def chosen_blend(database: Database, folder: Path, threads: int) -> Safeguard | None:
    """The manipulation safeguard with the pack that was chosen for it; None where nobody chose.

    A chosen pack that cannot be used answers nothing, and never gives way to another in silence.
    """
    name = in_use(database, BLEND)
    if name is None:
        return None
    try:
        model = PackedManipulation(installed(database, folder, name), threads)
    except PackRefused as refusal:
        return Unanswered(refusal)
    return Manipulation(model, model.limits)
