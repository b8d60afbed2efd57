"""The command that evaluates Atelier: measures, and where asked to writes card and contact sheets."""

from pathlib import Path
from typing import Any

from twin.looks.lookbook import Lookbook
from twin.looks.wardrobe import Wardrobe
from twin.painters.atelier import AtelierPainter
from twin.painters.card import summary, write_card
from twin.painters.evaluation import THREADS, Say, evaluate
from twin.painters.sheets import Beside, twin_sheet, write_sheets
from twin.painters.shots import See


def report(assets: Path, see: See, limit: int | None, say: Say, *, write: bool) -> tuple[dict[str, Any], list[str]]:
    """Evaluate on the held-out plates, at most `limit`: the one object for a program, and lines for a person.

    To `write` is to paint the contact sheets anew and to put the measured part into the card. Raises BadValue,
    PainterUnavailable, and LookRefused when a twin cannot wear a look that is shown.
    """
    painter = AtelierPainter(assets / "atelier", threads=THREADS)
    beside = Beside()
    evaluation = evaluate(painter, assets / "plates", see, limit, say, beside.show if write else lambda _: None)
    if write:
        lookbook, wardrobe = Lookbook.read(assets / "looks"), Wardrobe.read(assets / "wardrobe.json")
        sheets = {}
        for twin_id in painter.card.twins or ():
            say(f"Painting the contact sheet of {twin_id} …")
            sheets[f"sheet_{twin_id}.webp"] = twin_sheet(painter, twin_id, lookbook, wardrobe)
        sheets |= {f"sheet_held_out_{number}.webp": sheet for number, sheet in enumerate(beside.sheets(), 1)}
        write_card(assets / "atelier" / "README.md", evaluation, write_sheets(assets / "atelier", sheets))
    return evaluation.as_json(), summary(evaluation)
