"""Reads the settings once, makes every object, joins the two domains and serves; the command line's door."""

import argparse
import os
import secrets
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import moderation.house
import twin.house
from moderation import commands as accounting
from moderation import schema as moderation_schema
from moderation.access.account import Account, Role
from moderation.access.listening import listening, refuse_binding
from moderation.access.session import LOOPBACK
from moderation.database import append_only
from moderation.desk_moves import move
from moderation.errors import ModerationError, RightsLapsed
from moderation.errors import NotFound as NothingToJudge
from moderation.evaluation import Probe
from moderation.faces.catalogue import Catalogue
from moderation.home import Home, Kind, open_home, refuse_exposed
from moderation.pack_commands import packs
from moderation.packs import Packs
from moderation.protecting import protect
from moderation.safeguards.finding import Verdict
from moderation.seal import mark_thumbnail
from moderation.submission import Sheet
from moderation.templates import ReferencePicture
from moderation.uploads import pictures_in, read_picture_file
from twin import commands, demo
from twin import schema as twin_schema
from twin.arguments import parse
from twin.claim import Claim
from twin.darkroom import Negative
from twin.errors import NotFound, TwinError
from twin.gallery import DISCLOSURE, paint_gallery
from twin.look import Look
from twin.order import SEEDS
from twin.orphans import sweep
from twin.pages.floor import Elsewhere, Floor, Judged
from twin.painter import Painting
from twin.plate import negative_bytes, read_index
from twin.portfolio import cast
from twin.ports import Picture
from twin.probes import DATA, PLAIN, probes, unseen
from twin.reference import plate_references
from twin.relight import Proof
from twin.settings import Settings
from twin.specimens import write_pictures
from twin.supervisor import Supervisor, follow_parent
from twin.terminal import answer, ask_password, confirm, remedy_of, tell
from twin.work import Examine, Paint
from twin.worker import Work, Worker, stop_on_terminate

if TYPE_CHECKING:
    from fastapi import FastAPI

ASSETS = Path(__file__).resolve().parent / "assets"
TEMPLATES = ASSETS / "demo" / "templates.npz"
REFUSALS = (TwinError, ModerationError)
MISSING = (NotFound, NothingToJudge)
KILLED_BY_A_TEST = 86


class Studio:
    """One home with both domains in it, joined."""

    def __init__(self, settings: Settings, home: Home, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self.home = home
        self.judging = moderation.house.House(home, clock, self.reach, self.reference, ASSETS / "blend")
        self.painting = twin.house.House(
            ASSETS,
            self.judging.database,
            clock,
            move=move,
            lapsed=RightsLapsed,
            give_up=self.judging.desk.give_up,
            reach=self.reach,
            threads=settings.threads,
        )

    def reach(self, point: str) -> None:
        """Die at the fault point that a test named, as in a power cut."""
        if point == self.settings.fault:
            os._exit(KILLED_BY_A_TEST)

    def seal(self, claim: Claim, painting: Painting) -> Sheet:
        """Seal a painting under the disclosure text of the consent it was ordered under."""
        negative = negative_bytes(painting.plate) if painting.plate is not None else None
        disclosure = self.painting.disclosure_of(claim.order.licence_id)
        return self.judging.submissions.seal(painting.picture, negative, disclosure, painting.source_type)

    def sweep(self) -> list[Path]:
        """Remove the files that no image owns."""
        return sweep(self.judging.database, self.judging.vault.sweep)

    def work(self) -> Mapping[str, Work]:
        """What a worker does with each kind of job."""
        incoming, jobs = self.judging.submissions, self.painting.jobs
        paint: Paint[Sheet] = Paint(
            jobs=jobs,
            painters=self.painting.painter,
            references=lambda _: (),
            environment=self.painting.environment,
            seal=self.seal,
            store=lambda claim, sheet: incoming.store(claim.render_id, sheet),
            submit=lambda tx, claim, sheet: incoming.submit(tx, claim.render_id, sheet),
            show=incoming.show,
            forget=incoming.forget,
            sweep=self.sweep,
            negative=lambda claim: Negative.behind(claim, self.painting.store, self.judging.negatives.stored),
            reach=self.reach,
        )
        examine: Examine[Verdict] = Examine(
            jobs=jobs,
            read=lambda claim: incoming.picture(claim.render_id),
            examine=lambda claim, picture: self.judging.examination.examine(picture, claim.order.twin_id),
            judge=lambda tx, claim, verdict: self.judging.desk.judge(tx, claim.render_id, verdict, claim.attempt),
            reach=self.reach,
        )
        return {"paint": paint, "examine": examine}

    def worker(self, name: str, stop: threading.Event) -> Worker:
        """A worker of this home."""
        post = self.home.folder / "worker.lock"
        return Worker(self.painting.jobs, self.work(), name=name, post=post, stop=stop, begin=self.sweep, refusals=REFUSALS)

    def floor(self) -> Floor:
        """The studio page's reads and acts."""
        house = self.painting
        return Floor(house.store, house.jobs, house.wardrobe, house.lookbook, house.clock, lambda: secrets.randbelow(SEEDS))

    def judged(self, account: Account, shoot_id: str) -> Mapping[str, Judged]:
        """What the moderation domain adds to the images of a shoot."""
        cards = self.judging.insight.shoot_renders(account, shoot_id)
        negatives = self.judging.negatives.developable(account, shoot_id)
        return {
            card.render_id: Judged(card.preview_sha256 if card.picture else None, card.her_no, card.render_id in negatives)
            for card in cards
        }

    def proof(self, account: Account, render_id: str, look: Look) -> Proof:
        """What the light table shows: a negative of this account's brand, developed for looking only. Raises what `open` does."""
        negatives = self.judging.negatives
        kept = negatives.open(account, render_id)
        picture = self.painting.darkroom.proof(kept.sha256, lambda: negatives.content(kept), look)
        return Proof(kept.proof(picture), kept.twin_name, Look.from_json(kept.render["look"]))

    def prepare(self, say: Callable[[str], None]) -> None:
        """Make face models and measurements ready, once; the demo's were measured beforehand."""
        self.judging.prepare(self.references, say, ASSETS / "demo" / "templates.npz")

    def references(self) -> Iterator[ReferencePicture]:
        """Every reference of every twin, developed in the lights that faces are measured in."""
        yield from (ReferencePicture(*one) for one in self.painting.reference_pictures())

    def reference(self, reference_id: str) -> Picture:
        """One reference, plainly lit. Raises NotFound or BadValue when its file is gone or was altered."""
        return self.painting.reference_picture(reference_id)

    def portrait(self, _: Account | None, twin_id: str) -> bytes:
        """The painted portrait of one of the demo's cast. Raises NotFound."""
        file = ASSETS / "demo" / "portraits" / f"{twin_id}.jpg"
        if not (any(one.id == twin_id for one in cast(self.painting.store)) and file.is_file()):
            raise NotFound("There is no such portrait.")
        return file.read_bytes()


def open_studio(settings: Settings, clock: Callable[[], datetime], say: Callable[[str], None]) -> Studio:
    """Open the home, bring its database up to date, and plant the cast in a new demo."""
    wanted = Kind(settings.wanted) if settings.wanted else None
    home = open_home(settings.home, wanted, clock())
    studio = Studio(settings, home, clock)
    database = studio.judging.database
    kept = ("twin-003-kept", append_only(*twin_schema.KEPT))
    database.migrate([("audit-001", moderation_schema.AUDIT), *twin_schema.MIGRATIONS, kept, *moderation_schema.MIGRATIONS])
    if home.kind is Kind.DEMO and not demo.is_planted(database):
        say("Preparing a demo with a fictional cast of eight …")
        cast = demo.Demo.read(ASSETS / "demo")
        references = plate_references(ASSETS / "references", read_index(ASSETS / "references"))
        with database.write("demo") as tx:
            demo.plant(tx, cast, references)
    if home.kind is Kind.DEMO:
        accounting.let_in(studio.judging.accounts, [astuple(one) for one in demo.Demo.read(ASSETS / "demo").accounts])
    return studio


def build_site(studio: Studio) -> "FastAPI":
    """The site that uvicorn serves: gate, pages of our own, and one Gradio page per role."""
    from moderation.access import server
    from moderation.access.guard import Guard
    from moderation.access.routes import Portrait
    from moderation.pages.zones import Furniture, moderation_zones, parts_of
    from twin.pages.studio import build_studio

    judging, painting, is_demo = studio.judging, studio.painting, studio.home.kind is Kind.DEMO
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
    page = build_studio(studio.floor().studio(painting.offered, elsewhere), guard(Role.CREATIVE))
    parts = parts_of(
        judging,
        portrait=studio.portrait,
        look=lambda _, name: painting.lookbook.picture(name),
        reports=ASSETS / "packs",
        cast=lambda: [Portrait(twin.id, twin.name) for twin in cast(painting.store)],
        refusals=REFUSALS,
        missing=MISSING,
    )
    settings = studio.settings
    hosts = LOOPBACK | {settings.public or settings.host}
    rules = server.SiteRules(
        is_demo, studio.home.folder, ASSETS / "theme", hosts, secure=bool(settings.public), framed=settings.framed
    )
    zones = [server.Zone("/studio", Role.CREATIVE, page, furniture.dress()), *moderation_zones(judging, furniture, guard)]
    return server.build_site(rules, parts, zones)


def serve(studio: Studio, say: Callable[[str], None]) -> None:
    """Open the site, with a worker beside it, until told to stop."""
    import uvicorn

    settings, is_demo = studio.settings, studio.home.kind is Kind.DEMO
    if not is_demo:
        accounting.insist_on_administrator(studio.judging.accounts, ask_password, tell)
    refuse_binding(settings.host, demo=is_demo, said_demo=settings.wanted == "demo", public=settings.public)
    refuse_exposed(studio.home, [Path.cwd(), Path(os.environ.get("GRADIO_TEMP_DIR") or Path(tempfile.gettempdir()) / "gradio")])
    with listening(settings.host, settings.port) as listener:
        studio.judging.prepare(studio.references, say, TEMPLATES)
        say("Opening the pages …")
        proxies = "*" if settings.framed else "127.0.0.1"
        config = uvicorn.Config(build_site(studio), log_level="warning", server_header=False, forwarded_allow_ips=proxies)
        command = [sys.executable, str(Path(__file__).resolve()), "work", "--home", str(studio.home.folder)]
        worker = Supervisor(command, log=studio.home.log)
        worker.start()
        say(f"The studio is open: {studio.settings.address}")
        try:
            uvicorn.Server(config).run([listener])
        finally:
            worker.stop()


def work(studio: Studio) -> None:
    """Be the worker of a home until told to stop, or until the studio that started this process is gone."""
    follow_parent()
    studio.worker(f"worker-{os.getpid()}", stop_on_terminate()).run()


def paint(studio: Studio, asked: argparse.Namespace) -> None:
    """Order images, work until they are examined, and print what became of them."""
    store = studio.painting.store
    account = accounting.creative_for(studio.judging.accounts, asked.login, commands.licensed_brands(store, asked.twin))
    look = commands.look_of(studio.painting, asked.look, asked.twin)
    studio.judging.prepare(studio.references, tell, TEMPLATES)
    ids = commands.order(studio.floor(), account, asked.twin, look, seed=asked.seed, count=asked.count)
    studio.worker(f"paint-{os.getpid()}", threading.Event()).run(lambda: commands.are_settled(store, ids))
    images = [studio.judging.submissions.outcome(render_id) for render_id in ids]
    if asked.out:
        commands.copy_previews(images, Path(asked.out))
    answer({"images": images}, [f"{image['id']}: {image['state']}, {image['file']}" for image in images], asked.json)


def examine(studio: Studio, asked: argparse.Namespace) -> None:
    """Examine a file as if it were submitted as a twin's, and print the verdict."""
    picture = read_picture_file(Path(asked.image))
    commands.licensed_brands(studio.painting.store, asked.twin)
    studio.judging.prepare(studio.references, tell, TEMPLATES)
    verdict = studio.judging.examination.examine(picture, asked.twin)
    lines = [f"{found.safeguard}: {found.outcome}. {found.reason}" for found in verdict.findings]
    answer(verdict.as_dict(), [*lines, f"Verdict: {verdict.outcome}."], asked.json)


def evaluate(asked: argparse.Namespace, clock: Callable[[], datetime]) -> None:
    """Measure a painter with the desk's own eyes, or those eyes, in a demo that is made for it and thrown away."""
    from twin.painters.report import report

    with tempfile.TemporaryDirectory() as folder:
        studio = open_studio(Settings(Path(folder) / "home", wanted="demo"), clock, tell)
        studio.judging.prepare(studio.references, tell, TEMPLATES)
        write = asked.limit is None and not asked.json
        if asked.what == "blend":
            found, lines = evaluate_blend(studio, asked)
        else:
            found, lines = report(ASSETS, studio.judging.examiner.sighting, asked.limit, tell, write=write)
    answer(found, lines, asked.json)


def evaluate_blend(studio: Studio, asked: argparse.Namespace) -> tuple[dict[str, object], list[str]]:
    """Try the blend detector on pictures it never learned from and on a person's own; set its limits before, if asked."""
    from moderation.safeguards.blend_report import Untouched

    def drawn(purpose: str) -> Iterator[Untouched]:
        for one in islice(studio.painting.specimens(purpose), asked.limit):
            yield Untouched(one.name, one.twin_id, one.made, one.picture)

    if asked.set_limits:
        tell(studio.judging.examiner.set_blend_limits(drawn("limits")))
    own = (Untouched(name, name, "own pictures", picture) for name, picture in pictures_in(asked.data))
    tried = studio.judging.examiner.try_blend(chain(drawn("trial"), own))
    return tried.as_json(), tried.lines()


def report_on_pack(studio: Studio) -> str:
    """Ask about plates that calibrated nothing, and write the face pack's report; a sentence saying where."""
    studio.judging.prepare(studio.references, tell, TEMPLATES)
    asked = (Probe(*one) for one in probes(ASSETS / "plates", studio.painting.lookbook, unseen(ASSETS)))
    return studio.judging.examiner.report(asked, PLAIN, DATA, ASSETS / "packs")


def thumbnails(studio: Studio) -> str:
    """Paint every named look and write its small marked picture beside it; a sentence saying how many."""
    house = studio.painting
    count = 0
    for name, painting in paint_gallery(house.lookbook, house.wardrobe, house.painter("atelier")):
        (ASSETS / "looks" / f"{name}.jpg").write_bytes(mark_thumbnail(painting.picture, DISCLOSURE, painting.source_type))
        count += 1
    return f"{count} looks were painted into {ASSETS / 'looks'}."


def run(asked: argparse.Namespace, environment: Mapping[str, str]) -> None:
    """Do what was asked."""
    if asked.command == "evaluate":
        evaluate(asked, lambda: datetime.now(UTC))
        return
    studio = open_studio(Settings.read(vars(asked), environment), lambda: datetime.now(UTC), tell)
    match asked.command or "serve":
        case "serve":
            serve(studio, tell)
        case "work":
            work(studio)
        case "paint":
            paint(studio, asked)
        case "examine":
            examine(studio, asked)
        case "repaint":
            print(commands.repaint(studio.painting, asked.image, studio.judging.submissions.picture(asked.image)).reason)
        case "users":
            print(accounting.users(studio.judging.accounts, asked, ask_password, studio.settings.address))
        case "audit":
            print(accounting.verify_audit(studio.judging.database))
        case "protect":
            examiner = studio.judging.examiner
            print(protect(examiner.protected, read_picture_file, examiner.template, asked))
        case "specimens":
            print(write_pictures(Path(asked.folder), studio.painting.specimens(asked.purpose)))
        case "thumbnails":
            print(thumbnails(studio))
        case "packs":
            kept = Packs(studio.judging.database, studio.home.packs, Catalogue.read(ASSETS / "packs.json"), ASSETS)
            print(packs(kept, studio.judging.accounts, asked, confirm, tell))
        case "measure" if asked.report:
            print(report_on_pack(studio))
        case "measure":
            print(studio.judging.ship_templates(studio.references, TEMPLATES))


def main(arguments: Sequence[str] | None = None) -> int:
    """The door: one sentence and a status for whatever a person can mend, a trace only for what is our own fault."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    # torch's threads spin while they wait for each other: where other work runs, a picture then takes ten times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        run(parse(sys.argv[1:] if arguments is None else arguments), os.environ)
    except KeyboardInterrupt:
        return 130
    except REFUSALS as refusal:
        tell(str(refusal))
        return 1
    except Exception as error:
        remedy = remedy_of(error)
        if remedy is None:
            raise
        tell(remedy)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
