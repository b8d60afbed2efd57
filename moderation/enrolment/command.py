"""The command line's way to enrol somebody: a folder of photographs, in the name of the person herself or of her agency."""

import json
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from moderation.access.account import Account
from moderation.enrolment.album import Album
from moderation.enrolment.coverage import Seen
from moderation.enrolment.enrolments import Handed
from moderation.enrolment.finishing import Enrolled
from moderation.enrolment.pose import ACCURACY
from moderation.enrolment.standing import Person
from moderation.enrolment.together import MOST
from moderation.errors import BadImage, BadRequest, NotFound
from moderation.house import House
from moderation.uploads.decode import LARGEST_BYTES
from moderation.uploads.uploads import ENDINGS

ADDRESS = "console"
"""What the throttle of wrong passwords knows the terminal by."""
PHOTOGRAPHS = ENDINGS | {".tif", ".tiff"}


def enrol(house: House, asked: Namespace, ask_password: Callable[[str], str], tell: Callable[[str], None]) -> str:
    """Hand in the photographs of `asked.folder` for the person `asked.person` as `asked.login`; what became of each, and of all,
    in lines for people, or with `asked.json` as one JSON object.

    With `asked.change` they are added to those of somebody who is enrolled, without those named by `asked.take_out`. With
    `asked.finish` she is enrolled if nothing stands against it. Raises NotFound for whoever is neither she nor her agency,
    AccountRefused for a wrong password, RightsLapsed without her consents, BadImage for a folder without photographs, BadRequest.
    """
    account = house.accounts.by_login(asked.login)
    person = _person(house, account, asked.person)
    if not house.confirmations.is_open(account):
        house.confirmations.confirm(account, ask_password(account.login), ADDRESS)
    if asked.change:
        _change(house, account, person, asked.take_out)
    elif not asked.folder or asked.take_out:
        raise BadRequest("Name a folder of photographs; to take some out of an enrolment that stands, say --change too.")
    if asked.folder:
        files = list(_files(Path(asked.folder)))
        tell(f"Looking at {len(files)} photographs …")
        house.enrolments.take(account, person.twin_id, files)
    found = house.enrolments.open(account, person.twin_id)
    refusal = house.finishing.refusal(found)
    enrolled = house.finishing.finish(account, person.twin_id) if asked.finish and not refusal else None
    if asked.json:
        return json.dumps(_as_json(found.album, refusal, enrolled), ensure_ascii=False)
    return "\n".join([*_lines(found.album), *(_ending(found.album, refusal) if enrolled is None else _told(person, enrolled))])


def _person(house: House, account: Account, wanted: str) -> Person:
    """Her by the id of the person or of her twin, among those the account may enrol. Raises NotFound."""
    for one in house.enrolments.people(account):
        if wanted in (one.person_id, one.twin_id):
            return one
    raise NotFound(f"{account.name} can enrol nobody of the id {wanted}: only a person herself and her agency can.")


def _change(house: House, account: Account, person: Person, take_out: list[str]) -> None:
    """Open a change unless one is open, and mark what it takes out. Raises NotFound for a photograph that does not stand."""
    if person.enrolment_id is None:
        house.changing.reopen(account, person.twin_id)
    for wanted in take_out:
        standing = house.enrolments.open(account, person.twin_id).album.standing
        one = next((one for one in standing if wanted in (one.id, one.name)), None)
        if one is None:
            raise NotFound(f"No photograph called {wanted} stands; there are: {', '.join(one.name for one in standing)}.")
        if not one.leaves:
            house.enrolments.remove(account, person.twin_id, one.id)


def _files(folder: Path) -> Iterator[Handed]:
    """The photographs of a folder by name. Raises BadImage when there are none or too many, or one cannot be read."""
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in PHOTOGRAPHS and path.is_file())
        if not 0 < len(found) <= MOST:
            raise BadImage(f"The folder {folder} holds {len(found)} photographs; hand in 1 to {MOST}.")
        for path in found:
            with path.open("rb") as opened:
                content = opened.read(LARGEST_BYTES + 1)
            too_large = "" if len(content) <= LARGEST_BYTES else f"This file is larger than {LARGEST_BYTES >> 20} MB."
            yield Handed(path.name, b"" if too_large else content, too_large)
    except OSError as error:
        raise BadImage(f"The folder {folder} cannot be read: {error.strerror or error}.") from error


def _lines(album: Album) -> Iterator[str]:
    """What became of each photograph, and below it what was measured."""
    for kept in album.standing:
        yield f"{kept.name}: {'will be taken out' if kept.leaves else 'stays'}. {kept.words}."
    for one in album.photographs:
        yield f"{one.name}: {'fits' if one.fits else 'left out'}. {one.words}"
        if one.measured is not None:
            yield f"    {one.measured.told}"


def _ending(album: Album, refusal: str) -> Iterator[str]:
    """The map in words, what is missing, and why she cannot be enrolled yet."""
    covered = album.coverage
    for chin, row in covered.chins.items():
        if any(row.values()):
            yield f"{chin.capitalize()}: {', '.join(f'{count} {angle}' for angle, count in row.items() if count)}."
    if covered.missing:
        yield f"Still missing: {', '.join(covered.missing)}."
    yield ACCURACY
    yield refusal or "She can be enrolled now: say --finish, or finish on her page."


def _as_json(album: Album, refusal: str, enrolled: Enrolled | None) -> dict[str, Any]:
    """The same for a program; angles are whole degrees to her own left and chin down, null where nobody measured them."""
    covered = album.coverage
    return {
        "standing": [{"name": one.name, "leaves": one.leaves, "words": one.words, **_held(one.seen)} for one in album.standing],
        "photographs": [
            {
                "name": one.name,
                "fits": one.fits,
                "kept": one.measured is not None,
                "words": one.words,
                **({"measured": one.measured.told, **_held(one.measured.seen)} if one.measured is not None else {}),
            }
            for one in album.photographs
        ],
        "map": {"lights": covered.counts, "chins": covered.chins},
        "missing": covered.missing,
        "refusal": refusal or None,
        "enrolled": None
        if enrolled is None
        else {"photographs": enrolled.photographs, "grade": enrolled.outlook.grade, "why": enrolled.outlook.sentences},
    }


def _held(seen: Seen) -> dict[str, Any]:
    return {"yaw": round(seen.yaw), "pitch": None if seen.pitch is None else round(seen.pitch), "light": seen.light}


def _told(person: Person, enrolled: Enrolled) -> Iterator[str]:
    count, grade = enrolled.photographs, enrolled.outlook.grade
    yield f"{person.person_name} is enrolled with {count} photographs; the likeness will be {grade}."
    yield from enrolled.outlook.sentences
