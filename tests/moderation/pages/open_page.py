"""A page of the moderation domain over the small studio, with its events by name and their answers by elem_id."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from moderation.access.account import Account
from moderation.desk.comments import Comments
from moderation.desk.figures import DeskFigures
from moderation.desk.insight import Insight
from moderation.desk.wishes import DeskWishes
from moderation.examining.references import References
from moderation.money.earnings import Earnings
from moderation.pages.desk import build_desk
from moderation.pages.my_twin import build_my_twin
from moderation.pages.ports import DeskPorts, HerPorts
from moderation.rights.agreements import Agreements
from tests.moderation.scene import Scene, picture

EVIL = """<img src=x onerror=alert(1)>"'&</style>"""


class Page:
    """A page built for one account; events run without gradio's server."""

    def __init__(self, scene: Scene, account: Account, build: Callable[..., Any], ports: Any) -> None:
        self.scene = scene
        self.account = account
        self.events: dict[str, Callable[..., Any]] = {}
        self.guarded: set[Callable[..., Any]] = set()
        self.state: dict[str, Any] = {}
        self.blocks = build(ports, self._guard)

    def _guard(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*values: Any) -> Any:
            return act(self.account, *values)

        self.events[act.__name__] = wrapped
        self.guarded.add(wrapped)
        return wrapped

    def does(self, event: str, *values: Any) -> dict[str, Any]:
        """Run one event; what it changes, by elem_id (states by their place among the page's states)."""
        states = [block for block in self.blocks.blocks.values() if type(block).__name__ == "State"]
        changed = self.events[event](*values)
        return {component.elem_id or f"state-{states.index(component)}": value for component, value in changed.items()}


def desk_page(scene: Scene, account: Account) -> Page:
    """The review desk."""
    references = References(scene.database, lambda _: picture()).of_image
    ports = DeskPorts(
        header=lambda a: a.name,
        reads=Insight(scene.database),
        references=references,
        reviews=scene.desk,
        remarks=Comments(scene.database, scene.person_keys),
        figures=DeskFigures(scene.database).of,
        wishes=DeskWishes(scene.database),
        now=scene.clock,
    )
    return Page(scene, account, build_desk, ports)


def her_page(scene: Scene, account: Account) -> Page:
    """The person's page."""
    agreements, earnings = Agreements(scene.database), Earnings(scene.database)
    ports = HerPorts(
        header=lambda a: a.name,
        reads=Insight(scene.database),
        signs=scene.signoff,
        rights=scene.rights,
        agreements=agreements.of,
        share=earnings.share,
        payments=earnings.payments,
        key=scene.keys.standing,
        now=scene.clock,
    )
    return Page(scene, account, build_my_twin, ports)


def scene_in(folder: Path) -> Scene:
    """A fresh small studio."""
    return Scene(folder)
