"""The named looks of the studio: a styling with a title and its authors, fitted to whichever twin wears it."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from twin.errors import BadValue, LookRefused, NotFound
from twin.looks.look import LAMPS, Authors, Lamp, Light, Look, Pose
from twin.looks.wardrobe import Wardrobe

_NEVER_WORN = "any"


@dataclass(frozen=True)
class NamedLook:
    """One look of the lookbook; it names a cut instead of a garment, so that every twin can wear it.

    `words` are what people say when they mean its light. Raises BadValue when its parts make no look.
    """

    name: str
    title: str
    description: str
    words: tuple[str, ...]
    pose: Pose
    light: Light
    cut: str
    garment_colour: str
    backdrop_colour: str
    exposure: float
    authors: Authors

    def __post_init__(self) -> None:
        """Refuse an untitled look, one without credited authors, or one that could not be painted."""
        if not self.title or not self.description or "\n" in self.description:
            raise BadValue(f"The look {self.name} needs a title and a description of one line.")
        if not all((self.authors.stylist, self.authors.photographer, self.authors.lighting)):
            raise BadValue(f"The look {self.name} credits not all of its authors.")
        self._worn(_NEVER_WORN)

    @property
    def url(self) -> str:
        """Where a signed-in browser finds its picture."""
        return f"/media/look/{self.name}"

    def _worn(self, garment: str) -> Look:
        return Look(
            pose=self.pose,
            light=self.light,
            garment=garment,
            garment_colour=self.garment_colour,
            backdrop_colour=self.backdrop_colour,
            exposure=self.exposure,
            authors=self.authors,
        )

    def worn_by(self, twin_id: str, wardrobe: Wardrobe, *, worded: bool = False) -> Look:
        """The look on this twin, in her own garment of the cut; `worded` as `Wardrobe.of` has it.

        Raises LookRefused when she has no garment.
        """
        return self._worn(wardrobe.cut_for(twin_id, self.cut, worded=worded).id)

    @classmethod
    def read(cls, file: Path) -> Self:
        """The look in a JSON file, named by the file. Raises BadValue when it cannot be understood."""
        try:
            told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            return cls(
                **{
                    **told,
                    "name": file.stem,
                    "words": tuple(told["words"]),
                    "pose": Pose(**told["pose"]),
                    "light": Light(**{lamp: Lamp(**told["light"][lamp]) for lamp in LAMPS}),
                    "authors": Authors(**told["authors"]),
                }
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadValue(f"The look in {file.name} cannot be read: {error}.") from error


@dataclass(frozen=True)
class Lookbook:
    """All named looks, the studio's first choice first, and the folder of their pictures. Raises BadValue when empty."""

    looks: tuple[NamedLook, ...]
    folder: Path | None = None

    def __post_init__(self) -> None:
        """Refuse an empty book: the studio starts from a look."""
        if not self.looks:
            raise BadValue("The lookbook is empty.")

    @classmethod
    def read(cls, folder: Path, first: str = "studio-classic") -> Self:
        """Every `*.json` of a folder by name, `first` in front."""
        files = sorted(folder.glob("*.json"), key=lambda file: (file.stem != first, file.stem))
        return cls(tuple(NamedLook.read(file) for file in files), folder)

    @cached_property
    def _by_name(self) -> dict[str, NamedLook]:
        return {look.name: look for look in self.looks}

    def look(self, name: str) -> NamedLook:
        """The look of this name. Raises LookRefused, naming those there are."""
        if name not in self._by_name:
            raise LookRefused(f"There is no look called {name!r}; choose one of: {', '.join(self._by_name)}.")
        return self._by_name[name]

    def picture(self, name: str) -> bytes:
        """A look's picture, a small marked JPEG. Raises NotFound for a look that there is not, or one without a picture."""
        file = self.folder / f"{name}.jpg" if self.folder and name in self._by_name else None
        if file is None or not file.is_file():
            raise NotFound("There is no such picture.")
        return file.read_bytes()

    def title_of(self, look: Look) -> str:
        """The title of the named look whose light this is, for texts that describe a picture; “Own light” for none."""
        return next((named.title for named in self.looks if named.light == look.light), "Own light")
