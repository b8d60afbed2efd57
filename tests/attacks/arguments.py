"""What an attacker puts into the fields of a page: ids of her own, of others and of nothing, and what no page ever sends."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from tests.attacks.stage import SHOOTS, Stage
from twin.pages.form import FIELDS, dials_of

ABSENT = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
PASSWD = {"path": "/etc/passwd", "orig_name": "x", "meta": {"_type": "gradio.FileData"}}
FETCHED = {"path": "https://files.example/x.png", "orig_name": "x", "meta": {"_type": "gradio.FileData"}}
HOSTILE: tuple[Any, ...] = (
    *(None, {"render_id": ABSENT, "__proto__": 1}, [[[[]]]], -1e308),
    *("Ж" * 6_000, "<script>alert(1)</script>'; DROP TABLE render; --\x00", "\ud83d"),
)
"""The last is half a character, which no encoding takes."""
FILES = (PASSWD, [{"a": PASSWD}], FETCHED)


@dataclass(frozen=True)
class Ids:
    """The ids that one call carries, wherever a page has a field for one."""

    shoot: str
    image: str
    twin: str
    subject: str
    token: str = "guessed"
    version: int = 3
    sealed: str = "0" * 64
    signed: str = ""


def ids_of(stage: Stage, login: str, image: str, twin: str) -> Ids:
    """The ids that belong together around an image."""
    shoot = SHOOTS.get(login, "osterby-autumn")
    row = stage.database.rows("SELECT version FROM render WHERE id = ?", [image])[0]
    found = stage.database.rows("SELECT sealed_sha256 FROM submission WHERE render_id = ?", [image])
    sealed = found[0]["sealed_sha256"] if found else "0" * 64
    return Ids(shoot, image, twin, f"consent:{twin}-1", version=row["version"], sealed=sealed)


def nothing_of(ids: Ids) -> Ids:
    """The same ids, none of which stands for anything; version and hashes are kept."""
    return replace(ids, shoot=ABSENT, image=ABSENT, twin=ABSENT, subject=f"consent:{ABSENT}")


def arguments(stage: Stage, zone: str, function: Any, ids: Ids) -> list[Any]:
    """A value for every input of a handler, in its order, as the page would send it but for the ids."""
    states = iter(_states(zone, ids))
    return [next(states) if isinstance(one, gr.State) else _value(stage, str(one.elem_id), ids) for one in function.inputs]


def _states(zone: str, ids: Ids) -> Sequence[Any]:
    if zone == "/review":
        last = {"id": ABSENT, "render_id": ids.image, "version": ids.version}
        return {"render_id": ids.image, "version": ids.version, "token": ids.token, "last": last}, []
    if zone == "/me":
        return ({"render_id": ids.image, "version": ids.version, "sealed_sha256": ids.sealed},)
    return ids.image, ""


def _value(stage: Stage, elem_id: str, ids: Ids) -> Any:
    floor = stage.studio.floor()
    look = floor.lookbook.looks[0]
    named = {
        **dict.fromkeys(("film", "mine", "queue"), ids.image),
        **{"shoot": ids.shoot, "twin": ids.twin, "subject": ids.subject, "signed": ids.signed, "renditions": ["crops"]},
        **dict.fromkeys(("shoot-title", "appeal-note", "note", "no-note", "wish-note", "why"), "A word about it."),
        **{"words": "", "reason": "quality", "look": look.name, "painter": "atelier", "count": 1, "seed": 7, "chance": False},
        **dict.fromkeys(("remark", "second-note", "many-note"), "A word about it."),
        **{"leaning": "unsure", "audience": "desk", "wishes": ["blur"], "many-reason": "quality"},
        "many": [f"{ids.image}@{ids.version}"],
        "exposure": 1.31,  # as no image has it, so that something is left to develop
        **dict.fromkeys(("cloth", "backdrop"), floor.wardrobe.swatches[0].title),
    }
    if elem_id in named:
        return named[elem_id]
    renamed = {"cloth-colour": "garment_colour", "backdrop-colour": "backdrop_colour"}
    field = renamed.get(elem_id, elem_id.replace("-", "_"))
    wearer = ids.twin if floor.wardrobe.of(ids.twin) else "nora"
    return dials_of(look.worn_by(wearer, floor.wardrobe)).values[FIELDS.index(field)]
