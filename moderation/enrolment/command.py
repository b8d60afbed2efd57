"""The command line's way to enrol somebody: a folder of photographs, in the name of the person herself or of her agency."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

from moderation.access.account import Account
from moderation.enrolment.enrolments import Handed
from moderation.enrolment.finishing import Enrolled
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
    """Hand in the photographs of `asked.folder` for the person `asked.person` as `asked.login`; what became of each, and of all.

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
    said = [f"{one.name}: {'will be taken out' if one.leaves else 'stays'}. {one.words}." for one in found.album.standing]
    said += [f"{one.name}: {'fits' if one.fits else 'left out'}. {one.words}" for one in found.album.photographs]
    refusal = house.finishing.refusal(found)
    if refusal or not asked.finish:
        missing = found.album.coverage.missing
        said += [f"Still missing: {', '.join(missing)}."] if missing else []
        return "\n".join([*said, refusal or "She can be enrolled now: say --finish, or finish on her page."])
    return "\n".join([*said, *_told(person, house.finishing.finish(account, person.twin_id))])


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


def _told(person: Person, enrolled: Enrolled) -> Iterator[str]:
    count, grade = enrolled.photographs, enrolled.outlook.grade
    yield f"{person.person_name} is enrolled with {count} photographs; the likeness will be {grade}."
    yield from enrolled.outlook.sentences
