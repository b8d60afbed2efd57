"""The packs that answer in this home: those that somebody chose, and otherwise those that the program came with."""

from collections.abc import Collection
from pathlib import Path

from moderation.database import Database
from moderation.errors import PackRefused
from moderation.examining.packs import in_use, installed
from moderation.faces.cc0 import cc0_sources, ready_cc0
from moderation.faces.pack import DEFAULT, Pack
from moderation.safeguards.blend import Unanswered
from moderation.safeguards.exhibit import Safeguard
from moderation.safeguards.manipulation import BLEND, GENERATED, ON_OUTPUTS, ON_UPLOADS, Manipulation
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
    return _chosen(database, folder, threads, BLEND, ON_OUTPUTS, "manipulation")


def chosen_generated(database: Database, folder: Path, threads: int) -> Safeguard | None:
    """What tells generated pictures from photographs, asked of uploads alone; None where nobody chose a pack for that."""
    return _chosen(database, folder, threads, GENERATED, ON_UPLOADS, GENERATED)


def _chosen(database: Database, folder: Path, threads: int, slot: str, counts: Collection[str], called: str) -> Safeguard | None:
    name = in_use(database, slot)
    if name is None:
        return None
    try:
        model = PackedManipulation(installed(database, folder, name), threads)
    except PackRefused as refusal:
        return Unanswered(refusal, called)
    return Manipulation(model, model.limits, counts, called)
