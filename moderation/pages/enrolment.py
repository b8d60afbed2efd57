"""What the enrolment pages say: consents first, each photograph with its reasons, the map, and in the end how good it will be."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from moderation.access.account import Account
from moderation.access.answers import Pages
from moderation.access.enrolment import Enrolling, enrolment_routes
from moderation.access.incoming import File
from moderation.errors import PackRefused, Unexaminable
from moderation.home import Kind
from moderation.house import House
from moderation.pages.angles import drawing
from moderation.uploads.decode import LARGEST_BYTES

Router = Callable[[Pages], Any]
GRADES = {
    "good": "The likeness will be good.",
    "fair": "The likeness will be fair.",
    "weak": "The likeness will be weak.",
}
NO_PAINTER = "No painter that could paint her is known to this studio."


class Painter(Protocol):
    """A painter that paints whoever has references: `refusal` is empty when it can be ordered of now."""

    @property
    def title(self) -> str: ...
    @property
    def refusal(self) -> str: ...


class Painters(Protocol):
    """Tells who paints people."""

    def painters_of_people(self) -> Sequence[Painter]: ...


def enrolment_router(house: House, twins: Painters) -> Router:
    """The routes of enrolment over the pages' templates."""
    demo = house.home.kind is Kind.DEMO
    return lambda pages: enrolment_routes(pages, EnrolmentPages(house, twins.painters_of_people, demo=demo).routes())


class EnrolmentPages:
    """The facts of the pages; models and everything heavy are asked of the house when somebody looks."""

    def __init__(self, house: House, painters: Callable[[], Sequence[Painter]], *, demo: bool) -> None:
        self._house, self._painters, self._demo = house, painters, demo

    def routes(self) -> Enrolling:
        """What stands behind the routes."""
        house = self._house
        return Enrolling(
            people=self.people,
            sheet=self.sheet,
            take=self.take,
            remove=lambda *asked: house.enrolments.remove(*asked),
            keep=lambda *asked: house.changing.keep(*asked),
            vouch=lambda *asked: house.enrolments.vouch(*asked),
            give_up=lambda *asked: house.enrolments.give_up(*asked),
            finish=lambda *asked: house.finishing.finish(*asked),
            reopen=lambda *asked: house.changing.reopen(*asked),
            thumbnail=lambda *asked: house.enrolments.thumbnail(*asked),
        )

    def people(self, account: Account) -> list[Mapping[str, Any]]:
        """Everybody whom this account may enrol, and how far that is."""
        return [
            {
                "twin_id": one.twin_id,
                "name": one.person_name,
                "standing": _standing(one),
            }
            for one in self._house.enrolments.people(account)
        ]

    def take(self, account: Account, twin_id: str, files: Sequence[File], instead: str) -> Sequence[str]:
        """Hand files on to the enrolment."""
        from moderation.enrolment.enrolments import Handed

        too_large = f"This file is too large; the studio reads pictures up to {LARGEST_BYTES >> 20} MB."
        handed = [Handed(file.name, file.content, too_large if file.too_large else "") for file in files]
        return self._house.enrolments.take(account, twin_id, handed, instead)

    def sheet(self, account: Account, twin_id: str) -> Mapping[str, Any]:
        """Everything on the page of one person. Raises NotFound, PackRefused, Erased."""
        found = self._house.enrolments.open(account, twin_id)
        album, person = found.album, found.person
        done, changing = bool(person.enrolled) and person.enrolment_id is None, bool(person.enrolled and person.enrolment_id)
        consents = all(step.holds for step in found.steps if step.kind != "training")
        refusal = "" if done else self._refusal(found)
        return {
            "person": person,
            "hers": account.person_id == person.person_id,
            "steps": [(step, _title(step.kind)) for step in found.steps],
            "done": done,
            "changing": changing,
            "may_change": done and consents and not self._demo and bool(album.standing),
            "opens": consents and not done and not self._demo,
            "in_demo": self._demo and not done,
            "album": album,
            "refusal": refusal,
            "left_out": len(album.photographs) - len(album.fitting),
            "map": _map(album.coverage),
            "missing": album.coverage.missing,
            "angles_are_off": _accuracy(),
            "enrolled": self._enrolled(twin_id) if done else None,
            "painters": self._painters_told(person.fictional and done and self._demo),
            "most_mb": LARGEST_BYTES >> 20,
        }

    def _refusal(self, found: Any) -> str:
        try:
            return self._house.finishing.refusal(found)
        except (PackRefused, Unexaminable) as error:
            return str(error)

    def _enrolled(self, twin_id: str) -> Mapping[str, Any]:
        try:
            found = self._house.finishing.enrolled(twin_id)
        except (PackRefused, Unexaminable) as error:
            return {
                "grade": "weak",
                "heading": "Nothing can be said of the likeness now.",
                "sentences": (str(error),),
                "map": None,
            }
        told = _map(found.coverage) if found.coverage is not None else None
        return {
            "grade": found.outlook.grade,
            "heading": GRADES[found.outlook.grade],
            "sentences": found.outlook.sentences,
            "map": told,
        }

    def _painters_told(self, of_the_cast: bool) -> Sequence[str]:
        if of_the_cast:
            return ()
        return [one.refusal or f"{one.title} runs here." for one in self._painters()] or [NO_PAINTER]


def _standing(one: Any) -> str:
    if one.enrolled:
        return f"enrolled, {one.enrolled} references{', which are being changed' if one.enrolment_id else ''}"
    return "photographs are being gathered" if one.enrolment_id else "not enrolled"


def _title(kind: str) -> str:
    from moderation.enrolment.standing import TITLES

    return TITLES[kind]


def _accuracy() -> str:
    from moderation.enrolment.pose import ACCURACY

    return ACCURACY


def _map(coverage: Any) -> Mapping[str, Any]:
    """The map as a drawing with its words, and as a table: heads, and rows of numbers by chin and by light."""
    heads = list(next(iter(coverage.counts.values())))
    rows = [*coverage.chins.items(), *((f"light {light}", counts) for light, counts in coverage.counts.items())]
    return {
        "picture": drawing(coverage),
        "heads": heads,
        "rows": [(name, [counts[angle] for angle in heads]) for name, counts in rows],
        "untold": sum(one.pitch is None for one in coverage.seen),
    }
