"""What a worker does with a claim: have it painted, sealed and submitted, or have it examined and judged."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from twin.errors import LeaseLost, LookRefused, TwinError
from twin.jobs.claim import Claim
from twin.jobs.hand import Hand
from twin.jobs.jobs import Jobs
from twin.orders.edit import Edit
from twin.orders.recipe import Environment, Recipe
from twin.painter import Ability, Painter, Painting, PaintRequest, StepSeen, paint_several
from twin.plates.darkroom import Negative
from twin.ports import Picture, Reach, Transaction, unreached

FAULTS: tuple[str, ...] = ("paint.painted", "paint.sealed", "paint.stored", "paint.kept", "examine.read", "examine.examined")
"""Where a process may be made to die here; `twin.jobs.jobs` names the points around."""

Beat = Callable[[int, int], None]
"""`(step, steps)`: tells progress and holds the job. Raises LeaseLost, which ends the work."""

S = TypeVar("S")
"""A sealed picture, which is the business of whoever seals, stores and submits it."""
Sealed = TypeVar("Sealed", contravariant=True)
V = TypeVar("V")
"""A verdict, which is the business of whoever examines and judges."""


class Incoming(Protocol[Sealed]):
    """Where paintings go: `store` puts a sealed one into files and `submit` into rows, moving the image to its examination.

    `show` keeps a small marked picture while painting, and `forget` removes it.
    """

    def store(self, render_id: str, sealed: Sealed, /) -> object: ...
    def submit(self, tx: Any, render_id: str, sealed: Sealed, /) -> object: ...
    def show(self, render_id: str, picture: Picture, /) -> object: ...
    def forget(self, render_id: str, /) -> object: ...


def no_negative(_: Claim) -> None:
    """For a studio that keeps no negatives: everything is painted."""


def no_edit(_: Claim) -> None:
    """For a studio that repaints no parts: every order is a whole picture."""


@dataclass(frozen=True)
class Paint(Generic[S]):
    """A painting from its claim to its submission; an order that only relights an earlier image is developed instead.

    `painters` finds an engine by name, `references` the pictures of a twin, `environment` describes this process, `negative`
    finds the negative that a claim can be developed from, `edit` the part of an earlier image that it repaints. `seal` makes
    of a painting what `incoming` stores and submits; `sweep` removes files that no row
    owns, those of images that just failed among them.
    """

    jobs: Jobs
    painters: Callable[[str], Painter]
    references: Callable[[str], tuple[Picture, ...]]
    environment: Callable[[], Environment]
    seal: Callable[[Claim, Painting], S]
    incoming: Incoming[S]
    sweep: Callable[[Collection[str]], object]
    negative: Callable[[Claim], Negative | None] = no_negative
    edit: Callable[[Claim], Edit | None] = no_edit
    reach: Reach = unreached

    def __call__(self, claim: Claim, beat: Beat) -> None:
        """Work the claim off. Raises LeaseLost, and whatever painter, seal, store or submit raise."""
        try:
            edit = self.edit(claim)
            negative = None if edit else self.negative(claim)
            painting, recipe = self._develop(claim, negative, beat) if negative else self._paint(claim, edit, beat)
            self.reach("paint.painted")
            sealed = self.seal(claim, painting)
            self.reach("paint.sealed")
            self._submit(claim, recipe, sealed)
        finally:
            self.incoming.forget(claim.render_id)

    def at_once(self, claim: Claim) -> int:
        """How many images of a claim's order its painter would take in one go: one of what changes an earlier image."""
        if claim.kind != "paint" or claim.render["parent_id"] is not None:
            return 1
        try:
            return self.painters(claim.order.painter).card.together
        except TwinError:
            return 1  # and what is wrong is said when it is painted

    def together(self, hand: Hand) -> None:
        """Paint several images of one order in one go, and seal and submit each as soon as it is there.

        One that is lost stops none of the others, and what ends the work on the others takes none back that was handed in.
        """
        claims = tuple(hand.held)
        try:
            painter, request = self._asked(claims[0], None)
            requests = [replace(request, seed=claim.order.seed) for claim in claims]

            def done(place: int, painting: Painting) -> None:
                if claims[place] in hand.held:
                    self._hand_in(hand, claims[place], requests[place], painting)

            paint_several(painter, requests, lambda seen: hand.beat(seen.step, seen.steps), done)
        finally:
            for claim in claims:
                self.incoming.forget(claim.render_id)

    def _hand_in(self, hand: Hand, claim: Claim, request: PaintRequest, painting: Painting) -> None:
        self.reach("paint.painted")
        try:
            sealed = self.seal(claim, painting)
            self.reach("paint.sealed")
            self._submit(claim, Recipe.of(claim.order.painter, request, painting, self.environment()), sealed)
        except LeaseLost as lost:
            hand.lose(claim, lost)
        else:
            hand.put_down(claim)
            self.reach("paint.kept")

    def _paint(self, claim: Claim, edit: Edit | None, beat: Beat) -> tuple[Painting, Recipe]:
        painter, request = self._asked(claim, edit)

        def on_step(seen: StepSeen) -> None:
            beat(seen.step, seen.steps)
            if seen.picture is not None:
                self.incoming.show(claim.render_id, seen.picture)

        painting = painter.paint(request, on_step)
        return painting, Recipe.of(claim.order.painter, request, painting, self.environment())

    def _asked(self, claim: Claim, edit: Edit | None) -> tuple[Painter, PaintRequest]:
        """The engine and what it is asked for. Raises PainterUnavailable, LookRefused, and what `references` raises."""
        order = claim.order
        painter = self.painters(order.painter)
        if not painter.card.paints(order.twin_id):
            raise LookRefused(f"{painter.card.title} cannot paint this person.")
        if edit is not None and not painter.card.repaints(painter.card.name):
            raise LookRefused(f"{painter.card.title} cannot repaint a part of a picture.")
        references = self.references(order.twin_id) if Ability.REFERENCES in painter.card.abilities else ()
        size = edit.size if edit else painter.card.size
        return painter, PaintRequest(order.twin_id, order.look, order.seed, references, size, edit)

    def _develop(self, claim: Claim, negative: Negative, beat: Beat) -> tuple[Painting, Recipe]:
        beat(0, 1)
        made = negative.develop(claim.order.look)
        beat(1, 1)
        return made

    def _submit(self, claim: Claim, recipe: Recipe, sealed: S) -> None:
        def write(tx: Transaction) -> None:
            self.incoming.store(claim.render_id, sealed)
            self.reach("paint.stored")
            self.incoming.submit(tx, claim.render_id, sealed)

        try:
            self.jobs.finish_paint(claim, recipe.as_json(), write)
        except Exception:
            # The rows were undone; the files, which know of no transaction, follow.
            self.sweep([claim.render_id])
            raise


@dataclass(frozen=True)
class Examine(Generic[V]):
    """An examination: `read` gives the sealed picture, `examine` a verdict on it, `judge` keeps it and moves the image on."""

    jobs: Jobs
    read: Callable[[Claim], Picture]
    examine: Callable[[Claim, Picture], V]
    judge: Callable[[Transaction, Claim, V], object]
    reach: Reach = unreached

    def __call__(self, claim: Claim, beat: Beat) -> None:
        """Work the claim off. Raises LeaseLost, and whatever the three callables raise."""
        beat(0, 1)
        picture = self.read(claim)
        self.reach("examine.read")
        verdict = self.examine(claim, picture)
        self.reach("examine.examined")
        beat(1, 1)
        self.jobs.finish_examination(claim, lambda tx: self.judge(tx, claim, verdict))
