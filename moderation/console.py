"""The command line's door to the moderation domain: accounts, audit, backups, protected people, packs, examinations, trials."""

from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Protocol

from moderation import commands
from moderation.backups import commands as backup_commands
from moderation.examining.pack_commands import packs
from moderation.examining.packs import Packs
from moderation.examining.protected_commands import protect
from moderation.faces.catalogue import Catalogue
from moderation.house import House
from moderation.keys import commands as key_commands
from moderation.money.statement_csv import statement
from moderation.notices.commands import insights, notices
from moderation.rights import erasure_commands as erasing
from moderation.safeguards.exhibit import Picture
from moderation.uploads.uploads import pictures_in, read_picture_file


class Specimen(Protocol):
    """A picture of one of the cast: its name, whose it is, and how it was made."""

    @property
    def name(self) -> str: ...
    @property
    def twin_id(self) -> str: ...
    @property
    def made(self) -> str: ...
    @property
    def picture(self) -> Picture: ...


Drawn = Callable[[str], Iterable[Specimen]]
"""Pictures for a purpose: "limits" or "trial"."""


@dataclass(frozen=True)
class Prompts:
    """How a person at a terminal is asked and told: a password by login, a yes or no, a sentence."""

    ask_password: Callable[[str], str]
    confirm: Callable[[str], bool]
    tell: Callable[[str], None]


def answer(house: House, asked: Namespace, prompts: Prompts, address: str, assets: Path) -> str:
    """What `asked.command` answers; `address` is where a browser finds the studio, `assets` what the program came with.

    Raises ModerationError, and what the prompts raise.
    """
    match asked.command:
        case "users":
            return commands.users(house.accounts, asked, prompts.ask_password, address)
        case "audit":
            return backup_commands.audit(house, asked)
        case "backup":
            return backup_commands.back_up(house, asked, prompts.ask_password, house.reach)
        case "restore":
            return backup_commands.confirm_head(house, asked)
        case "notices":
            board = house.notices
            return notices(board.ways, board.offices, board.queue, house.accounts, asked, prompts.ask_password)
        case "insights":
            return insights(house.questions, house.accounts, asked)
        case "statement":
            return statement(house.database, asked)
        case "keys":
            return key_commands.keys(house.keys, house.accounts, asked)
        case "erase":
            return erasing.erase(house.erasure, house.accounts, asked, prompts.confirm)
        case "retention":
            return erasing.retention(house.retention, asked)
        case "protect":
            return protect(house.examiner.protected, read_picture_file, house.examiner.template, asked)
        case "enrol":
            from moderation.enrolment.command import enrol  # it imports OpenCV, which most commands never need

            return enrol(house, asked, prompts.ask_password, prompts.tell)
        case "packs":
            kept = Packs(house.database, house.home.packs, Catalogue.read(assets / "packs.json"), assets)
            return packs(kept, house.accounts, asked, prompts.confirm, prompts.tell)
        case other:
            raise ValueError(f"The moderation domain has no command {other!r}.")


def verify_approval(asked: Namespace) -> str:
    """What there is to say of the proof `asked.proof`; no studio is opened. Raises SignatureRefused, BadImage, BadRequest."""
    return key_commands.verify_approval(asked)


def examine(house: House, asked: Namespace) -> tuple[dict[str, Any], list[str]]:
    """The verdict on the file `asked.image` as if it were submitted as `asked.twin`'s: for a program, and for people.

    Raises BadImage.
    """
    verdict = house.examination.examine(read_picture_file(Path(asked.image)), asked.twin)
    lines = [f"{found.safeguard}: {found.outcome}. {found.reason}" for found in verdict.findings]
    return verdict.as_dict(), [*lines, f"Verdict: {verdict.outcome}."]


Probed = Iterable[tuple[str, str, float, str, Picture]]
"""Pictures with an id, a twin, a turn in degrees, and a light or a look."""


def report(house: House, rendered: Probed, painted: Probed, plain: str, data: str, assets: Path) -> str:
    """Write how often the face pack's limits are right about pictures, of which `data` tells; a sentence saying where.

    `plain` is the light that is also made worse.
    """
    from moderation.examining.evaluation import Probe  # it imports ONNX, which most commands never need

    probes = chain((Probe(*one) for one in rendered), (Probe(*one, painted=True) for one in painted))
    return house.examiner.report(probes, plain, data, assets / "packs")


def try_blend(house: House, asked: Namespace, drawn: Drawn, tell: Callable[[str], None]) -> tuple[dict[str, Any], list[str]]:
    """Try the blend detector on pictures it never learned from and on a person's own; set its limits before, if asked.

    Raises PackRefused, BadImage.
    """
    from moderation.safeguards.blend_report import Untouched  # it imports ONNX, which most commands never need

    def untouched(purpose: str) -> Iterator[Untouched]:
        return (Untouched(one.name, one.twin_id, one.made, one.picture) for one in islice(drawn(purpose), asked.limit))

    if asked.set_limits:
        tell(house.examiner.set_blend_limits(untouched("limits")))
    own = (Untouched(name, name, "own pictures", picture) for name, picture in pictures_in(asked.data))
    tried = house.examiner.try_blend(chain(untouched("trial"), own))
    return tried.as_json(), tried.lines()
