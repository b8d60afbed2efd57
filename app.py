"""Reads the settings once, makes every object, joins the two domains and serves; the command line's door."""

import argparse
import os
import secrets
import sys
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import moderation.house
import twin.house
from moderation import commands as accounting
from moderation import console
from moderation.access.account import Account, Role
from moderation.access.listening import listening, refuse_binding
from moderation.access.session import LOOPBACK
from moderation.backups.commands import bring_back
from moderation.database import append_only
from moderation.desk.moves import move
from moderation.desk.submission import Sheet
from moderation.errors import ModerationError, RightsLapsed
from moderation.examining.templates import ReferencePicture
from moderation.home import Home, Kind, open_home, refuse_exposed
from moderation.safeguards.finding import Verdict
from moderation.schema import tables as moderation_schema
from moderation.vault.seal import mark_thumbnail
from twin import commands, demo, making
from twin.arguments import parse
from twin.engines.commands import painters
from twin.errors import NotFound, TwinError
from twin.jobs.claim import Claim
from twin.jobs.orphans import sweep
from twin.jobs.supervisor import follow_parent
from twin.jobs.work import Examine, Paint
from twin.jobs.worker import Work, Worker, stop_on_terminate
from twin.looks.look import Look
from twin.looks.relight import Proof
from twin.orders.order import SEEDS
from twin.pages.floor import Elsewhere, Floor, Judged
from twin.pages.repaints import Repaints
from twin.painter import Painting
from twin.plates.darkroom import Negative
from twin.plates.plate import negative_bytes
from twin.plates.probes import DATA, PLAIN
from twin.registry import registry
from twin.schema import tables as twin_schema
from twin.settings import Settings
from twin.terminal import answer, ask_password, confirm, remedy_of, tell

if TYPE_CHECKING:
    from fastapi import FastAPI

ASSETS = Path(__file__).resolve().parent / "assets"
TEMPLATES = ASSETS / "demo" / "templates.npz"
KEPT = ("twin-003-kept", append_only(*twin_schema.KEPT))
MIGRATIONS = (("audit-001", moderation_schema.AUDIT), *twin_schema.MIGRATIONS, KEPT, *moderation_schema.MIGRATIONS)
REFUSALS = (TwinError, ModerationError)
MISSING = (NotFound, moderation.errors.NotFound)


class Studio:
    """One home with both domains in it, joined."""

    def __init__(self, settings: Settings, home: Home, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self.home = home
        self.judging = moderation.house.House(
            home, clock, settings.reach, lambda id_: self.painting.reference_picture(id_), ASSETS, registry.enrol
        )
        self.painting = twin.house.House(
            ASSETS,
            self.judging.database,
            clock,
            move=move,
            lapsed=RightsLapsed,
            give_up=self.judging.desk.give_up,
            halted=self.judging.tombstones.halts,
            reach=settings.reach,
            power=settings.power,
            sign=self.judging.consent_word.given,
            weights=home.painters,
            workers=home.workers,
            eyes=lambda: self.judging.examiner,
            photograph=lambda reference_id: self.judging.enrolments.crop(reference_id),
            masks=self.judging.submissions.masks,
        )

    def seal(self, claim: Claim, painting: Painting) -> Sheet:
        """Seal a painting under the disclosure text of the consent it was ordered under."""
        negative = negative_bytes(painting.plate) if painting.plate is not None else None
        disclosure, look = self.painting.disclosure_of(claim.order.licence_id), claim.order.look.as_mapping()
        return self.judging.submissions.seal(painting.picture, negative, disclosure, painting.source_type, look)

    def sweep(self, failed: Collection[str] = ()) -> list[Path]:
        """Remove the files that no image owns, and those of images whose painting failed."""
        return sweep(self.judging.database, self.judging.vault.sweep, failed)

    def work(self) -> Mapping[str, Work]:
        """What a worker does with each kind of job."""
        incoming, jobs = self.judging.submissions, self.painting.jobs
        paint: Paint[Sheet] = Paint(
            jobs=jobs,
            painters=self.painting.painter,
            references=self.painting.references,
            environment=self.painting.environment,
            seal=self.seal,
            incoming=incoming,
            sweep=self.sweep,
            edit=self.painting.edits(self.judging.bases.picture).of,
            negative=lambda claim: Negative.behind(claim, self.painting.store, self.judging.negatives.stored),
            reach=self.settings.reach,
        )
        examine: Examine[Verdict] = Examine(
            jobs=jobs,
            read=lambda claim: incoming.picture(claim.render_id),
            examine=lambda claim, picture: self.judging.examination.examine(picture, claim.order.twin_id),
            judge=lambda tx, claim, verdict: self.judging.desk.judge(tx, claim.render_id, verdict, claim.attempt),
            reach=self.settings.reach,
        )
        return {"paint": paint, "examine": examine}

    def worker(self, stop: threading.Event, post: str | None = None) -> Worker:
        """A worker of this home at its post, or at the first there is."""
        between = {"begin": self.sweep, "settle": self.judging.at_every_turn, "recall": self.judging.forget_destroyed}
        return self.painting.worker(self.work(), post, stop=stop, refusals=REFUSALS, **between)

    def paying(self, login: str | None, brand_ids: Sequence[str]) -> Account:
        """The creative in whose name the command line orders. Raises NotFound, AccountRefused."""
        return accounting.creative_for(self.judging.accounts, login, brand_ids)

    def outcome(self, render_id: str) -> dict[str, Any]:
        """What became of an image. Raises NotFound."""
        return self.judging.submissions.outcome(render_id)

    def floor(self) -> Floor:
        """The studio page's reads and acts."""
        return Floor.over(self.painting, lambda: secrets.randbelow(SEEDS))

    def judged(self, account: Account, shoot_id: str) -> Mapping[str, Judged]:
        """What the moderation domain adds to the images of a shoot."""
        ready = self.judging.negatives.developable(account, shoot_id)
        cards = self.judging.insight.shoot_renders(account, shoot_id)
        return {card.render_id: Judged(card.shown_sha256, card.her_no, card.render_id in ready) for card in cards}

    def proof(self, account: Account, render_id: str, look: Look) -> Proof:
        """What the light table shows: a negative of this account's brand, developed for looking only. Raises what `open` does."""
        return self.painting.darkroom.proof(self.judging.negatives, account, render_id, look)

    def prepare(self, say: Callable[[str], None]) -> None:
        """Make face models and measurements ready, once; the demo's were measured beforehand."""
        self.judging.prepare(self.references, say, TEMPLATES)

    def references(self, names: Collection[str] | None) -> Iterator[ReferencePicture]:
        """References in the lights that faces are measured in: those named, or all that were rendered."""
        yield from (ReferencePicture(*one) for one in self.painting.reference_pictures(names))


def open_studio(settings: Settings, clock: Callable[[], datetime], say: Callable[[str], None]) -> Studio:
    """Open the home, bring its database up to date, and plant the cast in a new demo."""
    home = open_home(settings.home, Kind(settings.wanted) if settings.wanted else None, clock())
    studio = Studio(settings, home, clock)
    studio.judging.database.migrate(MIGRATIONS)
    studio.judging.catch_up()
    if home.kind is Kind.DEMO:
        accounting.let_in(studio.judging.accounts, demo.plant_once(studio.judging.database, ASSETS, say))
    return studio


def house_at(settings: Settings, folder: Path) -> moderation.house.House:
    """The moderation domain of the home in `folder`."""
    return open_studio(replace(settings, home=folder), lambda: datetime.now(UTC), tell).judging


def build_site(studio: Studio) -> "FastAPI":
    """The site that uvicorn serves: gate, pages of our own, and one Gradio page per role."""
    from moderation.access import server
    from moderation.access.guard import Guard
    from moderation.pages.zones import Furniture, moderation_zones, parts_of
    from twin.pages.proofs import TABLE_HEAD, proofs_of
    from twin.pages.studio import build_studio

    judging, painting, settings, is_demo = studio.judging, studio.painting, studio.settings, studio.home.kind is Kind.DEMO
    guard = Guard(judging.sessions, REFUSALS, MISSING)
    furniture = Furniture(judging, ASSETS / "theme", demo=is_demo)
    elsewhere = Elsewhere(
        header=furniture.header,
        judged=studio.judged,
        story=furniture.story,
        release=judging.releases.release,
        appeal=judging.desk.appeal,
        proof=studio.proof,
        admit=judging.negatives.admit,
    )
    page = build_studio(room := studio.floor().studio(painting.offers, elsewhere), guard(Role.CREATIVE))
    repaints, proof = Repaints(studio.floor(), painting), proofs_of(room)
    parts = parts_of(judging, painting, repaints, proof, assets=ASSETS, refusals=REFUSALS, missing=MISSING)
    hosts, secure = LOOPBACK | {settings.public or settings.host}, bool(settings.public)
    rules = server.SiteRules(is_demo, studio.home.folder, ASSETS / "theme", hosts, secure=secure, framed=settings.framed)
    rooms = server.Zone("/studio", Role.CREATIVE, page, furniture.dress(TABLE_HEAD))
    return server.build_site(rules, parts, [rooms, *moderation_zones(judging, furniture, guard)])


def serve(studio: Studio, say: Callable[[str], None]) -> None:
    """Open the site, with a worker beside it, until told to stop."""
    from moderation.access.serving import run_site

    settings, is_demo = studio.settings, studio.home.kind is Kind.DEMO
    if not is_demo:
        accounting.insist_on_administrator(studio.judging.accounts, ask_password, tell)
    refuse_binding(settings.host, demo=is_demo, said_demo=settings.wanted == "demo", public=settings.public)
    refuse_exposed(studio.home, settings.exposed)
    with listening(settings.host, settings.port) as listener:
        studio.prepare(say)
        say("Opening the pages …")
        command = [sys.executable, str(Path(__file__).resolve()), "work", "--home", str(studio.home.folder)]
        crew = studio.painting.crew(command, partial(settings.beside, os.environ))
        open_ = f"The studio is open: {settings.address}"
        run_site(listener, build_site(studio), crew, framed=settings.framed, opened=lambda: say(open_))


def evaluate(asked: argparse.Namespace, clock: Callable[[], datetime]) -> None:
    """Measure a painter with the desk's own eyes, or those eyes, in a demo that is made for it and thrown away."""
    from twin.painters.report import report

    with tempfile.TemporaryDirectory() as folder:
        studio = open_studio(Settings(Path(folder) / "home", wanted="demo"), clock, tell)
        studio.prepare(tell)
        if asked.what == "blend":
            found = console.try_blend(studio.judging, asked, studio.painting.specimens, tell)
        else:
            found = report(ASSETS, studio.judging.examiner.sighting, asked.limit, tell, write=not (asked.limit or asked.json))
    answer(*found, asked.json)


def run(asked: argparse.Namespace, environment: Mapping[str, str]) -> None:
    """Do what was asked."""
    if asked.command in ("evaluate", "verify-approval"):
        evaluate(asked, lambda: datetime.now(UTC)) if asked.command == "evaluate" else print(console.verify_approval(asked))
        return
    settings = Settings.read(vars(asked), environment)
    if asked.command == "restore" and asked.confirm is None:
        house = partial(house_at, settings)
        print(bring_back(asked, settings.home, house, lambda: datetime.now(UTC), ask_password, settings.reach))
        return
    studio = open_studio(settings, lambda: datetime.now(UTC), tell)
    match asked.command or "serve":
        case "serve":
            serve(studio, tell)
        case "work":
            follow_parent()
            studio.worker(stop_on_terminate(), asked.post).run()
        case "paint":
            studio.prepare(tell)
            answer(*commands.paint(studio.floor(), asked, studio), asked.json)
        case "examine":
            commands.licensed_brands(studio.painting.store, asked.twin)
            studio.prepare(tell)
            answer(*console.examine(studio.judging, asked), asked.json)
        case "repaint":
            print(commands.repaint(studio.painting, asked.image, studio.judging.bases.picture).reason)
        case "measure" if asked.report:
            studio.prepare(tell)
            print(console.report(studio.judging, studio.painting.probes(), studio.painting.painted_probes(), PLAIN, DATA, ASSETS))
        case "measure":
            print(studio.judging.ship_templates(studio.references, TEMPLATES))
        case "painters":
            print(painters(studio.painting.installs, asked, studio.judging.accounts.by_login, confirm, tell))
        case command if command in making.COMMANDS:
            print(making.make(studio.painting, asked, mark_thumbnail))
        case _:
            print(console.answer(studio.judging, asked, console.Prompts(ask_password, confirm, tell), settings.address, ASSETS))


def main(arguments: Sequence[str] | None = None) -> int:
    """The door: one sentence and a status for whatever a person can mend, a trace only for what is our own fault."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    # torch's threads spin while they wait for each other: where other work runs, a picture then takes ten times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    try:
        run(parse(sys.argv[1:] if arguments is None else arguments), os.environ)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        said = str(error) if isinstance(error, REFUSALS) else remedy_of(error)
        if said is None:
            raise
        tell(said)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
