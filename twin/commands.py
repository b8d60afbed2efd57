"""What the command line does with twins: orders images as the studio page does, and waits for them."""

import json
import threading
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from twin.errors import BadValue, NotFound
from twin.house import House
from twin.jobs.worker import Worker
from twin.looks.look import Look
from twin.orders.edits import LARGEST_FILE
from twin.orders.recipe import Comparison, Recipe, compare
from twin.pages.floor import Floor
from twin.pages.ports import Account, Asked
from twin.ports import Picture, Store


class Paints(Protocol):
    """A studio as an order from the command line needs it: who pays, who works, and what became of an image."""

    def paying(self, login: str | None, brand_ids: Sequence[str], /) -> Account: ...
    def worker(self, stop: threading.Event, /) -> Worker: ...
    def outcome(self, render_id: str, /) -> dict[str, Any]: ...


SHOOT = "From the command line"
UNDERWAY = ("queued", "painting", "examining")


def look_of(floor: Floor, name: str, twin_id: str, painter: str) -> Look:
    """A named look fitted to the twin as the painter can dress her, or the look in a JSON file.

    Raises BadValue, LookRefused, PainterUnavailable.
    """
    file = Path(name)
    if file.suffix != ".json":
        return floor.lookbook.look(name).worn_by(twin_id, floor.wardrobe, worded=floor.card(painter).worded)
    try:
        return Look.from_json(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadValue(f"The look in {file} cannot be read.") from error


def order(
    floor: Floor, account: Account, twin_id: str, look: Look, *, seed: int | None, count: int, painter: str = "atelier"
) -> list[str]:
    """Order images in the shoot that is kept for the command line; their ids."""
    shoots = {shoot.title: shoot.id for shoot in floor.shoots(account)}
    shoot_id = shoots.get(SHOOT) or floor.open_shoot(account, SHOOT)
    return floor.order(account, Asked(shoot_id, twin_id, painter, look, count, seed))


def are_settled(store: Store, render_ids: Sequence[str]) -> bool:
    """Whether nobody paints or examines any of the images any more."""
    rows = store.rows("SELECT state FROM render WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(list(render_ids))])
    return all(row["state"] not in UNDERWAY for row in rows)


def licensed_brands(store: Store, twin_id: str) -> list[str]:
    """The brands that have a licence of this twin, by id. Raises NotFound for an unknown twin or an unlicensed one."""
    rows = store.rows("SELECT DISTINCT brand_id FROM licence WHERE twin_id = ? ORDER BY brand_id", [twin_id])
    if not rows:
        known = ", ".join(row["id"] for row in store.rows("SELECT DISTINCT twin_id AS id FROM licence ORDER BY twin_id"))
        raise NotFound(f"No brand has a licence of a twin called {twin_id!r}; licensed are: {known or 'none yet'}.")
    return [str(row["brand_id"]) for row in rows]


def paint(floor: Floor, asked: Namespace, house: "Paints") -> tuple[dict[str, Any], list[str]]:
    """Order images, work until they are examined, and tell what became of them, for a program and for people.

    Raises NotFound, BadValue, LookRefused, and what the house raises.
    """
    account = house.paying(asked.login, licensed_brands(floor.store, asked.twin))
    look = look_of(floor, asked.look, asked.twin, asked.painter)
    if asked.change or asked.mask:
        ids = [floor.change_part(account, asked.change or "", look, asked.painter, mask_in(asked.mask))]
    else:
        ids = order(floor, account, asked.twin, look, seed=asked.seed, count=asked.count, painter=asked.painter)
    house.worker(threading.Event()).run(lambda: are_settled(floor.store, ids))
    return told([house.outcome(render_id) for render_id in ids], asked.out)


def mask_in(name: str | None) -> bytes:
    """The bytes of a mask's file, no more than a mask may have and one more. Raises BadValue."""
    if not name:
        raise BadValue("Which part changes is told by a mask: say --mask FILE.")
    try:
        with Path(name).open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise BadValue(f"The mask in {name} cannot be read: {error.strerror or error}.") from error


def told(images: list[dict[str, Any]], folder: str | None) -> tuple[dict[str, Any], list[str]]:
    """What became of images, for a program and for people; their previews are written into `folder` first. Raises BadValue."""
    kept = write_previews(images, Path(folder) if folder else None)
    return {"images": kept}, [f"{image['id']}: {image['state']}, {image['file'] or 'look at it in the studio'}" for image in kept]


def write_previews(images: Sequence[dict[str, Any]], folder: Path | None) -> list[dict[str, Any]]:
    """The images with `file` in the place of `preview`: where the marked preview was written, or None where none was asked for.

    At rest previews are sealed, so this is the only file of one. Raises BadValue when it cannot be written.
    """
    told = [{**image, "file": None} for image in images]
    for image in told:
        content = image.pop("preview")
        if folder is not None and content is not None:
            file = folder / f"{image['id']}.jpg"
            try:
                folder.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            except OSError as error:
                raise BadValue(f"The previews cannot be written into {folder}: {error.strerror or error}.") from error
            image["file"] = str(file)
    return told


def repaint(house: House, render_id: str, sealed: Callable[[str], Picture]) -> Comparison:
    """Paint an image again from its recipe and compare it with the one that was sealed, which `sealed` reads.

    Raises NotFound when no recipe is kept, what `sealed` raises, and what the painter raises.
    """
    picture = sealed(render_id)
    rows = house.store.rows("SELECT recipe FROM recipe WHERE render_id = ?", [render_id])
    if not rows:
        raise NotFound("No recipe is kept of an image called so.")
    recipe = Recipe.from_json(rows[0]["recipe"])
    painter = house.engines.alone(recipe.painter)
    references = house.references(recipe.twin_id) if recipe.references else ()
    painting = painter.paint(recipe.request(references, house.edits(sealed).behind(render_id)), lambda _: None)
    return compare(picture, painting.picture, recipe, house.environment().running(painting.ran))
