"""A studio in memory for tests of its page: the page's ports, and nothing behind them but lists."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twin.engines.engines import Offer
from twin.errors import WordsRefused
from twin.looks.look import Light, Look, Pose
from twin.looks.lookbook import Lookbook
from twin.looks.relight import Proof
from twin.looks.wardrobe import Wardrobe
from twin.looks.words import Reading, Setting, read_words
from twin.pages.form import FIELDS
from twin.pages.ports import Asked, ImageCard, ShootCard, Studio, TwinCard
from twin.pages.studio import build_studio

ASSETS = Path(__file__).parents[3] / "assets"
NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)
LOOK = Look(Pose(), Light(), "female_casualsuit01", "#8f9490", "#ffffff")
EVIL = """<img src=x onerror=alert(1)>"'&</style>"""
OFFERS = [
    Offer("atelier", "Atelier", "", "Apache-2.0; comes with the program; any machine.", ("nora", "viktor")),
    Offer("big", "Big", f"The weights of Big are not here. {EVIL}", "", worded=True, reads=True),
]


@dataclass(frozen=True)
class Somebody:
    """An account."""

    id: str = "mira"
    name: str = "Mira"
    brand_id: str | None = "halden"


def image(number: int, state: str = "her turn", **more: Any) -> ImageCard:
    """One image of Nora."""
    kept = {"preview_url": f"/media/preview/r{number}?v=1", **more}
    return ImageCard(f"r{number}", number, "nora", "Nora", LOOK, "Window", 7, state, NOW, **kept)


def twin(twin_id: str = "nora", **more: Any) -> TwinCard:
    """Nora, who may be painted."""
    told = {"until": datetime(2027, 5, 3, tzinfo=UTC), "fee_minor": 12_000, "currency": "EUR", "payment_days": 30, **more}
    return TwinCard(
        id=twin_id,
        name=more.pop("name", twin_id.title()),
        portrait_url=f"/media/portrait/{twin_id}",
        licence_id="l1",
        campaign="Spring",
        permits=("web",),
        forbids=("swimwear",),
        images_left=4,
        **{key: value for key, value in told.items() if key != "name"},
    )


@dataclass
class Pretend:
    """What the page did, and what it is shown."""

    shoots: list[ShootCard] = field(default_factory=lambda: [ShootCard("s1", "Spring")])
    twins: list[TwinCard] = field(default_factory=lambda: [twin(), twin("viktor", refusal="No licence of Viktor is in force.")])
    images: list[ImageCard] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    developed: list[tuple[str, Look]] = field(default_factory=list)
    painters: list[Offer] = field(default_factory=lambda: OFFERS)
    did: list[tuple[str, ...]] = field(default_factory=list)

    def studio(self) -> Studio:
        """The ports over these lists."""
        book, wardrobe = Lookbook.read(ASSETS / "looks"), Wardrobe.read(ASSETS / "wardrobe.json")

        def read(_: Any, twin_id: str, painter: str | None, look: Look, words: str) -> Reading:
            if "swimwear" in words:
                raise WordsRefused("The consent says: “No swimwear.”")
            by = next((one for one in self.painters if one.name == painter), OFFERS[0])
            return read_words(words, look, Setting(twin_id, wardrobe, book, by.worded, by.reads))

        def order(_: Any, asked: Asked) -> list[str]:
            self.asked.append(asked)
            self.images.append(image(len(self.images) + 1, "queued", preview_url=None))
            return [self.images[-1].id]

        def moved(state: str) -> Callable[..., None]:
            def act(_: Any, render_id: str, *told: str) -> None:
                self.did.append((state, render_id, *told))
                self.images = [replace(i, state=state) if i.id == render_id else i for i in self.images]

            return act

        def open_shoot(_: Any, title: str) -> str:
            self.shoots.insert(0, ShootCard("s2", title))
            return "s2"

        def repaint(_: Any, render_id: str) -> str:
            self.did.append(("repaint", render_id))
            return render_id

        def proof(_: Any, render_id: str, look: Look) -> Proof:
            self.did.append(("proof", render_id, look.backdrop_colour))
            return Proof(b"jpeg", "Nora")

        def painted(_: Any, render_id: str) -> Look:
            return next(one.look for one in self.images if one.id == render_id)

        def develop(_: Any, render_id: str, look: Look) -> str:
            self.developed.append((render_id, look))
            self.images.append(image(len(self.images) + 1, "queued", preview_url=None, after=1))
            return self.images[-1].id

        return Studio(
            header=lambda account: f"<header>{account.name}</header>",
            shoots=lambda _: self.shoots,
            open_shoot=open_shoot,
            twins=lambda _: self.twins,
            lookbook=book,
            wardrobe=wardrobe,
            painters=self.painters,
            read_words=read,
            order=order,
            images=lambda _, __: self.images,
            cancel=moved("cancelled"),
            repaint=repaint,
            proof=proof,
            painted=painted,
            develop=develop,
            release=moved("released"),
            appeal=moved("in review"),
            story=lambda _, render_id: f"<p>story of {render_id}</p>",
            now=lambda: NOW,
        )


class Page:
    """The built page: its events by name, and what they change by elem_id."""

    def __init__(self, pretend: Pretend) -> None:
        self.events: dict[str, Callable[..., Any]] = {}
        self.guarded: set[Callable[..., Any]] = set()
        studio = pretend.studio()
        self.lookbook, self.wardrobe = studio.lookbook, studio.wardrobe
        self.blocks = build_studio(studio, self._guard)

    def _guard(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*values: Any) -> Any:
            return act(Somebody(), *values)

        self.events[act.__name__] = wrapped
        self.guarded.add(wrapped)
        return wrapped

    def does(self, event: str, *values: Any) -> dict[str, Any]:
        """Run one event; what it changes, by elem_id."""
        changed = self.events[event](*values)
        assert isinstance(changed, dict)
        return {component.elem_id or "seen": value for component, value in changed.items()}

    def standing(self) -> list[Any]:
        """Where the tools stand after the page was opened, in the order of the form."""
        return self.standing_of(self.does("enter"))

    def standing_of(self, shown: dict[str, Any]) -> list[Any]:
        """The tools' values among what an event changed, in the order of the form."""
        return [value["value"] if isinstance(value := shown[elem_id], dict) else value for elem_id in self.ids]

    @property
    def ids(self) -> list[str]:
        """The elem_ids of the tools that make a look, in the order of the form."""
        return [name.replace("_", "-").replace("garment-colour", "cloth-colour") for name in FIELDS]
