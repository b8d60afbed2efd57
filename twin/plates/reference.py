"""A picture by which a twin is recognised: where it lies, what it shows, and the hash of its bytes."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin.errors import BadValue, NotFound
from twin.looks.look import Lamp, Light

RENDERED = "rendered"
"""The picture was made by a program from geometry that shows nobody."""
PHOTOGRAPHED = "photographed"
AS_TAKEN = "as taken"
"""The light of a photograph: the one it was taken in."""

LIGHTS: Mapping[str, Light] = {
    "even": Light(),
    "warm side": Light(Lamp(1.2, 3600.0), Lamp(0.35, 4600.0), Lamp(1.2, 3400.0), Lamp(0.5, 4800.0)),
    "cool front": Light(Lamp(0.8, 7200.0), Lamp(1.8, 7600.0), Lamp(0.6, 7800.0), Lamp(1.5, 8000.0)),
}
"""The lights in which a plate is developed for measuring: a face must be known in each of them."""

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Reference:
    """One reference of one twin.

    `file` is a plain name inside the folder of references; `sha256` that file's; `pose` JSON text (degrees, fractions) where
    known. Raises BadValue.
    """

    id: str
    twin_id: str
    file: str
    sha256: str
    source: str
    pose: str

    def __post_init__(self) -> None:
        """Refuse a path that leaves its folder, a malformed hash, an unknown source or a pose that is no JSON object."""
        if not self.id or not self.twin_id:
            raise BadValue("A reference has an id and belongs to a twin.")
        if not _PLAIN_NAME.fullmatch(self.file):
            raise BadValue(f"A reference is a plain file name, not {self.file!r}.")
        if not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            raise BadValue(f"The hash of reference {self.id} is no SHA-256.")
        if self.source not in (RENDERED, PHOTOGRAPHED):
            raise BadValue(f"A reference is {RENDERED} or {PHOTOGRAPHED}, not {self.source!r}.")
        try:
            posed = isinstance(json.loads(self.pose), dict)
        except ValueError:
            posed = False
        if not posed:
            raise BadValue(f"The pose of reference {self.id} is no JSON object.")

    def check(self, folder: Path) -> None:
        """Raises NotFound when the file is gone, BadValue when its bytes are not those that were enrolled."""
        if sha256_of(folder / self.file) != self.sha256:
            raise BadValue(f"The reference {self.id} was altered: its bytes are not those that were enrolled.")


def sha256_of(file: Path) -> str:
    """The hash of a file's bytes. Raises NotFound when it is missing."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise NotFound(f"The reference {file.name} is missing.") from error


def plate_references(folder: Path, lines: Iterable[Mapping[str, Any]]) -> tuple[Reference, ...]:
    """The references that the lines of a folder's index of plates name, hashed by their light files.

    Raises NotFound when a file is missing.
    """
    return tuple(
        Reference(
            id=line["id"],
            twin_id=line["twin"],
            file=f"{line['id']}_light.avif",
            sha256=sha256_of(folder / f"{line['id']}_light.avif"),
            source=RENDERED,
            pose=json.dumps(line["pose"], sort_keys=True),
        )
        for line in lines
    )
