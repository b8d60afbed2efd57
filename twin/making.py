"""What the command line asks of the twin domain by itself: people, workers, pictures of the looks and for detectors."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from twin.errors import BadValue
from twin.house import House
from twin.jobs import crew
from twin.looks.gallery import DISCLOSURE, paint_gallery
from twin.plates.specimens import write_pictures
from twin.ports import Picture
from twin.registry.people import people

Mark = Callable[[Picture, str, str], bytes]
"""The small marked picture of a painting, given what it discloses and its source type."""
COMMANDS = ("people", "specimens", "thumbnails", "workers")


def make(house: House, asked: Namespace, mark: Mark) -> str:
    """Do what `asked.command` names; a sentence saying what was done.

    Raises BadValue when it cannot be written, PainterUnavailable, and what `people` raises.
    """
    if asked.command == "people":
        return people(house.store, asked)
    if asked.command == "workers":
        return crew.told(house.workers(), as_json=asked.json)
    try:
        if asked.command == "specimens":
            return write_pictures(Path(asked.folder), house.specimens(asked.purpose))
        return _thumbnails(house, mark)
    except OSError as error:
        raise BadValue(f"The pictures cannot be written: {error.strerror or error}.") from error


def _thumbnails(house: House, mark: Mark) -> str:
    folder, count = house.assets / "looks", 0
    for name, painting in paint_gallery(house.lookbook, house.wardrobe, house.painter("atelier")):
        (folder / f"{name}.jpg").write_bytes(mark(painting.picture, DISCLOSURE, painting.source_type))
        count += 1
    return f"{count} looks were painted into {folder}."
