"""What the command line does with the list of people who asked never to be painted: values in, sentences out."""

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moderation.commands import CONSOLE
from moderation.errors import BadImage
from moderation.examining.protected import Asked, Listed, ProtectedPeople
from moderation.safeguards.protected import LARGEST, SHARE, referred_for_nothing

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]


def protect(
    people: ProtectedPeople, read: Callable[[Path], Picture], measure: Callable[[Picture], Floats], asked: Namespace
) -> str:
    """What `protect` answers: `asked.act` on names, photographs and ids.

    `read` decodes a photograph, `measure` makes the template of its one face; neither keeps it. Raises BadImage naming the file,
    BadRequest, NotFound, KeyUnusable, PackRefused.
    """
    match asked.act:
        case "add":
            wanted = Asked(asked.name, asked.consent)
            templates = [_template(Path(photo), read, measure) for photo in asked.photo]
            person_id = people.add(wanted, templates, CONSOLE)
            listed = people.listing(CONSOLE)
            ends_at = next(one.ends_at for one in listed if one.id == person_id)
            photos = "photograph was" if len(templates) == 1 else "photographs were"
            said = [f"{wanted.name} is on the list as {person_id} until {ends_at:%Y-%m-%d}; the {photos} read and not kept."]
            return "\n".join([*said, *_warnings(listed)])
        case "remove":
            people.remove(asked.id, CONSOLE)
            return f"{asked.id} is off the list; the templates, the name and the key that opened them are erased."
        case _:
            listed = people.listing(CONSOLE)
            return "\n".join([*map(_line, listed), *_warnings(listed)]) or "Nobody has asked never to be painted."


def _template(photo: Path, read: Callable[[Path], Picture], measure: Callable[[Picture], Floats]) -> Floats:
    try:
        return measure(read(photo))
    except BadImage as refusal:
        raise BadImage(f"{photo.name}: {refusal}") from refusal


def _line(one: Listed) -> str:
    known = f"{one.templates} templates" if one.templates != 1 else "1 template"
    return f"{one.id}  {one.name:<24} {one.asked_at:%Y-%m-%d} to {one.ends_at:%Y-%m-%d}  {known}  {one.consent}"


def _warnings(listed: Sequence[Listed]) -> Iterator[str]:
    unknown = [one.id for one in listed if not one.templates]
    if unknown:
        yield (
            f"The face models in use do not know {', '.join(unknown)}: every image goes to a person until a photograph is handed"
            " in anew (add, then remove the old entry)."
        )
    if len(listed) > LARGEST:
        yield (
            f"With {len(listed)} people on the list up to {referred_for_nothing(len(listed)):.0%} of good images may be referred"
            f" for nothing; up to {LARGEST} people it is at most {SHARE:.0%}."
        )
