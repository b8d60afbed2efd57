"""The objects of the twin domain, each made once, when it is first asked for."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from twin.consents.documents import Documents
from twin.consents.drafts import Drafts, Sign
from twin.engines.accelerator import Accelerator, Gauge, Power, visible
from twin.engines.catalogue import Catalogue
from twin.engines.engines import Engines, Eyes, Offer, Offers, views
from twin.engines.installs import Installs
from twin.errors import NotFound
from twin.jobs.crew import Crew, Line, lines
from twin.jobs.jobs import Jobs
from twin.jobs.posts import Post, post_named, posts
from twin.jobs.roster import Roster
from twin.jobs.worker import Work, Worker
from twin.licences.bureau import Bureau
from twin.looks.look import Light, Look, Pose
from twin.looks.lookbook import Lookbook
from twin.looks.wardrobe import Wardrobe
from twin.orders.edits import Edits
from twin.orders.recipe import Environment, environment_here
from twin.painter import Painter
from twin.plates.darkroom import Darkroom
from twin.plates.plate import Plate, develop, read_index, read_plate
from twin.plates.probes import painted_probes, probes, unseen
from twin.plates.reference import AS_TAKEN, LIGHTS, PHOTOGRAPHED, Reference
from twin.plates.specimens import PURPOSES, Specimen, specimens
from twin.ports import GiveUp, Halted, Masks, Move, Picture, Reach, Store
from twin.registry import portfolio, registry

VIEWS = (0.0, -25.0, 25.0)
"""The turns of the head, in degrees, that a painter is shown of a twin."""


class House:
    """What paints: fixtures from `assets`, the job table in `store`, and the engines that run here.

    `move`, `lapsed`, `give_up` and `halted` are those of `twin.jobs.jobs.Jobs`; `power` is how much of the machine engines
    take; `sign` proves her signature under a consent; fetched painters lie in `weights`, and `eyes` read faces for them;
    `photograph` opens the crop of a reference that was photographed; `masks` keeps what orders mark. `workers` is the folder of
    the workers' locks, logs and words.
    """

    def __init__(
        self,
        assets: Path,
        store: Store,
        clock: Callable[[], datetime],
        *,
        move: Move,
        lapsed: type[Exception],
        give_up: GiveUp,
        halted: Halted,
        reach: Reach,
        power: Power,
        sign: Sign,
        weights: Path,
        workers: Path,
        eyes: Callable[[], Eyes],
        photograph: Callable[[str], Picture],
        masks: Masks,
    ) -> None:
        self.assets = assets
        self.store = store
        self.clock = clock
        self._power, self._weights, self._eyes = power, weights, eyes
        self._photograph, self.masks = photograph, masks
        self.roster, self._gauge = Roster(workers, clock), Gauge()
        self.darkroom = Darkroom()
        self.papers = (Documents(store), Drafts(store, sign))
        self.bureau = Bureau(store, self.papers[1])
        self.jobs = Jobs(
            store,
            move,
            clock,
            lapsed=lapsed,
            licence_in_force=registry.licence_in_force,
            give_up=give_up,
            halted=halted,
            reach=reach,
        )

    @cached_property
    def wardrobe(self) -> Wardrobe:
        """What each twin can wear."""
        return Wardrobe.read(self.assets / "wardrobe.json")

    @cached_property
    def lookbook(self) -> Lookbook:
        """The named looks."""
        return Lookbook.read(self.assets / "looks")

    @cached_property
    def installs(self) -> Installs:
        """The painters whose weights were fetched into this home."""
        return Installs(self.store, self._weights, Catalogue.read(self.assets / "painters.json"))

    @cached_property
    def engines(self) -> Engines:
        """Who paints here, and what the others would need."""
        return Engines(self.assets, self.installs, self.wardrobe, self._eyes, self._power, self._gpus, held=self.roster.held)

    def _gpus(self) -> list[Accelerator]:
        """The GPUs that workers are at, with what is free of each now."""
        return [post.gpu for post in self.posts() if post.gpu is not None]

    def posts(self) -> tuple[Post, ...]:
        """Where workers belong on this machine, as the driver tells now."""
        return posts(visible(self._gauge(), self._power.gpus), self._power.workers)

    def post(self, name: str | None) -> Post:
        """The post of a worker in this process: the one of this name, or else the first. Raises BadValue."""
        return post_named(name, visible(self._gauge(), self._power.gpus)) if name else self.posts()[0]

    def crew(self, command: Sequence[str], environment: Callable[[int], Mapping[str, str]]) -> Crew:
        """A process of `command` at each post, not yet started; `environment` is that of one among so many."""
        manned = self.posts()
        return Crew.of(command, manned, self.roster, environment(len(manned)))

    def worker(self, work: Mapping[str, Work], post: str | None, **more: Any) -> Worker:
        """A worker in this process, at the post of this name or else the first; `more` is what `Worker` takes."""
        return Worker(self.jobs, work, post=self.post(post), roster=self.roster, engines=self.engines, **more)

    def workers(self) -> list[Line]:
        """What each worker does now."""
        return lines(self.posts(), self.roster)

    @property
    def offers(self) -> Offers:
        """Every painter, as it stands whenever somebody looks."""
        return Offers(lambda: self.engines.offers)

    def painter(self, name: str) -> Painter:
        """The engine of this name. Raises PainterUnavailable, saying why it does not run here."""
        return self.engines.painter(name)

    def references(self, twin_id: str) -> tuple[Picture, ...]:
        """The pictures (h, w, 3) that a painter is shown of a twin: from the front and from both sides, evenly lit.

        Raises NotFound or BadValue when a file is gone or was altered.
        """
        rows = self.store.rows("SELECT id, pose FROM standing_reference WHERE twin_id = ? ORDER BY id", [twin_id])
        return tuple(self.reference_picture(one) for one in views([(row["id"], row["pose"]) for row in rows], VIEWS))

    def edits(self, picture: Callable[[str], Picture]) -> Edits:
        """The orders that repaint a part of an earlier image, whose sealed picture `picture` reads."""
        return Edits(self.store, self.masks, picture)

    def painters_of_people(self) -> list[Offer]:
        """The painters that are built in and paint whoever has references, each with what it still needs here."""
        entries = self.installs.catalogue.entries
        names = {one.card.name for one in entries if one.built_in and one.card.twins is None}
        return [one for one in self.engines.offers if one.name in names]

    def painters_of_parts(self, twin_id: str, made_by: str | None) -> list[Offer]:
        """The painters that are built in and repaint a part of a picture of a twin, each with what it still needs here.

        `made_by` is the painter of that picture, None of one from outside.
        """
        cards = [one.card for one in self.installs.catalogue.entries if one.built_in]
        names = {card.name for card in cards if card.paints(twin_id) and card.repaints(made_by)}
        return [one for one in self.engines.offers if one.name in names]

    def environment(self) -> Environment:
        """What repaints an image from here: versions, machine and threads."""
        return environment_here(self._power.threads)

    def disclosure_of(self, licence_id: str) -> str:
        """The sentence that every image under a licence carries, from its consent. Raises NotFound."""
        with self.store.read("worker") as tx:
            return registry.consent_behind(tx, licence_id).disclosure_text

    def cast(self) -> tuple[portfolio.OneOfTheCast, ...]:
        """The fictional twins of a demo."""
        return portfolio.cast(self.store)

    def portrait(self, twin_id: str) -> bytes:
        """The painted portrait (JPEG) of one of the demo's cast. Raises NotFound."""
        if not self.is_portrayed(twin_id):
            raise NotFound("There is no such portrait.")
        return self._portrait(twin_id).read_bytes()

    def is_portrayed(self, twin_id: str) -> bool:
        """Whether there is a portrait that anybody may see: of the demo's cast alone, for a photograph is none."""
        return any(one.id == twin_id for one in self.cast()) and self._portrait(twin_id).is_file()

    def _portrait(self, twin_id: str) -> Path:
        return self.assets / "demo" / "portraits" / f"{twin_id}.jpg"

    def specimens(self, purpose: str) -> Iterator[Specimen]:
        """The pictures of the cast for a purpose of `specimens.PURPOSES`. Raises PainterUnavailable, KeyError."""
        return specimens(self.assets, self.painter("atelier"), self.wardrobe, PURPOSES[purpose])

    def probes(self) -> Iterator[tuple[str, str, float, str, Picture]]:
        """The plates that no constant was chosen on, as `twin.plates.probes.probes` gives them."""
        return probes(self.assets / "plates", self.lookbook, unseen(self.assets))

    def painted_probes(self) -> Iterator[tuple[str, str, float, str, Picture]]:
        """Painted images in looks and seeds that nothing was chosen on, as `twin.plates.probes.painted_probes` gives them."""
        painter = self.painter("atelier")
        return painted_probes(painter, self.lookbook, self.wardrobe, painter.card.twins or ())

    def reference_pictures(self, names: Collection[str] | None = None) -> Iterator[tuple[str, str, str, str, Picture]]:
        """References in each light there is of them: id, twin, light, SHA-256, (h, w, 3) picture; one after the other.

        Those named; without names all that were rendered, which came with the program. A plate is developed in each light of
        `reference.LIGHTS`, a photograph is as it was taken. Raises NotFound or BadValue when a file is gone or was altered.
        """
        lines = {line["id"]: line for line in read_index(self._references)}
        for row in self.store.rows("SELECT * FROM standing_reference ORDER BY twin_id, id"):
            photographed = row["source"] == PHOTOGRAPHED
            if photographed if names is None else row["id"] not in names:
                continue
            if photographed:
                yield row["id"], row["twin_id"], AS_TAKEN, row["sha256"], self._photograph(row["id"])
                continue
            plate = self._reference_plate(row, lines)
            for name, light in LIGHTS.items():
                yield row["id"], row["twin_id"], name, row["sha256"], develop(plate, self._plain(row["twin_id"], light))

    def reference_picture(self, reference_id: str) -> Picture:
        """One reference (h, w, 3), plainly lit, or as it was photographed.

        Raises NotFound or BadValue when it is unknown, gone or altered, and what opening a photograph raises.
        """
        for row in self.store.rows("SELECT * FROM standing_reference WHERE id = ?", [reference_id]):
            if row["source"] == PHOTOGRAPHED:
                return self._photograph(reference_id)
            plate = self._reference_plate(row, {line["id"]: line for line in read_index(self._references)})
            return develop(plate, self._plain(row["twin_id"], LIGHTS["even"]))
        raise NotFound("There is no such reference.")

    @property
    def _references(self) -> Path:
        return self.assets / "references"

    def _reference_plate(self, row: Mapping[str, Any], lines: Mapping[str, dict[str, Any]]) -> Plate:
        Reference(**{field.name: row[field.name] for field in fields(Reference)}).check(self._references)
        if row["id"] not in lines:
            raise NotFound(f"The reference {row['id']} is missing.")
        return read_plate(self._references, lines[row["id"]])

    def _plain(self, twin_id: str, light: Light) -> Look:
        """A look in which nothing but the light matters."""
        garment = self.wardrobe.of(twin_id)[0].id
        return Look(Pose(), light, garment, garment_colour="#8a8a88", backdrop_colour="#a8a8aa")
