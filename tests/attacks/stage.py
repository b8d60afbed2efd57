"""The real site of a demo, served, with images of two brands in every state, and everybody who might attack it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import FastAPI

import app
from moderation.access.account import Account, Role
from moderation.access.accounts import Accounts, NewAccount
from moderation.desk.signoff import State
from moderation.desk.submission import Sheet
from moderation.safeguards.finding import Finding, Outcome, Verdict
from moderation.vault.seal import SOURCE_TYPES
from moderation.vault.vault import Shelf
from tests.moderation.access.little_site import CHEAP, PASSWORD
from tests.moderation.her_hand import SheSigns, key_row
from tests.moderation.scene import insert
from twin.jobs.claim import Claim
from twin.looks.look import Look
from twin.pages.floor import maker_of
from twin.pages.ports import Asked
from twin.plates.plate import Plate, develop, negative_bytes, read_index, read_plate
from twin.ports import Picture
from twin.settings import Settings

SOURCE = f"{SOURCE_TYPES}trainedAlgorithmicMedia"
SHOOTS = {"maya": "osterby-autumn", "theo": "calloway-shirts"}
PAIRS = {
    Role.CREATIVE: ("maya", "theo"),
    Role.MODERATOR: ("rosa", "idris"),
    Role.MODEL: ("nora", "mei"),
    Role.AGENCY: ("greta", "dario"),
    Role.ADMINISTRATOR: ("ada", "adam"),
}
"""Two accounts of every role; the agencies and the brands have different people, and Nora and Mei work for both brands."""
ZONES = {"/studio": Role.CREATIVE, "/review": Role.MODERATOR, "/me": Role.MODEL}
KEPT = (
    *("render", "job", "submission", "recipe", "finding", "verdict", "claim", "decision", "release", "download_grant"),
    *("signature", "person_key", "key_request"),
    *("comment", "escalation", "desk_wish"),
    *("consent_draft", "biometric_consent", "training_consent", "rate_card"),
    *("taking_back", "ended_image", "recall", "recall_answer"),
    *("enrolment", "photograph", "restricted_object", "reference"),
    *("base_picture", "edit_mask", "edit_upload"),
    *(
        "ledger_batch",
        "ledger_line",
        "revocation",
        "shoot",
        "account",
        "licence",
        "consent",
        "twin",
        "person",
        "brand",
        "agency",
        "invitation",
    ),
)
"""The tables in which an attack would leave its trace."""
Rows = dict[tuple[str, str], str]
"""Every row of KEPT as JSON, by table and key."""


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    @contextmanager
    def later(self, **span: float) -> Iterator[None]:
        """For a while it is later."""
        before = self.now
        self.now += timedelta(**span)
        try:
            yield
        finally:
            self.now = before


class Stage:
    """A demo's home with both domains in it, and images brought to any state by the functions that bring them there."""

    def __init__(self, home: Path, *, keyless: frozenset[str] = frozenset()) -> None:
        """`keyless` have no key yet."""
        self.clock = Clock(datetime.now(UTC))
        self.studio = app.open_studio(Settings(home=home), self.clock, lambda _: None)
        self.house = self.studio.judging
        self.database = self.house.database
        self.house.accounts = Accounts(self.database, CHEAP)
        for login in PAIRS[Role.ADMINISTRATOR]:
            self.house.accounts.create(NewAccount(login, login.title(), Role.ADMINISTRATOR), PASSWORD, "test", account_id=login)
        self.signs = SheSigns(self.house.signs)
        self._give_keys(keyless)
        self._negative = negative_bytes(a_small_plate())
        self._picture = a_picture(self.studio.painting.lookbook.looks[0].worn_by("nora", self.studio.painting.wardrobe))
        self._seed = 0
        self.cast: dict[tuple[str, str, str], str] = {}

    def _give_keys(self, keyless: frozenset[str]) -> None:
        """Everybody else in the cast has a key."""
        with self.database.write("test") as tx:
            for account in self.house.accounts.without_password():
                if account.role is Role.MODEL and account.id not in keyless:
                    insert(tx, "person_key", key_row(account, tx.now))

    def site(self) -> FastAPI:
        """The site as it is served."""
        return app.build_site(self.studio)

    def account(self, login: str) -> Account:
        """An account as the database holds it."""
        return self.house.accounts.by_login(login)

    def order(self, maker: str, twin: str) -> str:
        """An image, ordered as the studio page orders it; its id."""
        floor = self.studio.floor()
        self._seed += 1
        named = floor.lookbook.looks[0].worn_by(twin, floor.wardrobe)
        return floor.order(self.account(maker), Asked(SHOOTS[maker], twin, "atelier", named, 1, self._seed))[0]

    def claim(self, render_id: str) -> Claim:
        """The claim of a worker on the one open job of an image."""
        postpone = "UPDATE job SET not_before = ? WHERE state = 'waiting' AND render_id <> ?"
        with self.database.write("test") as tx:  # so that the worker finds this job before older ones
            tx.execute(postpone, ["9999", render_id])
        claim = self.studio.painting.jobs.claim("stage")
        with self.database.write("test") as tx:
            tx.execute(postpone, [tx.now, render_id])
        assert claim is not None
        assert claim.render_id == render_id
        return claim

    def sheet(self, claim: Claim) -> Sheet:
        """The sealed picture of a claim: a developed reference, a little different for each seed."""
        picture = self._picture.copy()
        picture[:8, :8] = np.random.default_rng(claim.order.seed).integers(0, 256, (8, 8, 3))
        disclosure = self.studio.painting.disclosure_of(claim.order.licence_id)
        return self.house.submissions.seal(picture, self._negative, disclosure, SOURCE)

    def finish_painting(self, claim: Claim) -> None:
        """End a painting as the worker does."""
        sheet, incoming = self.sheet(claim), self.house.submissions

        def write(tx: Any) -> None:
            incoming.store(claim.render_id, sheet)
            incoming.submit(tx, claim.render_id, sheet)

        self.studio.painting.jobs.finish_paint(claim, "{}", write)

    def judge(self, claim: Claim, outcome: str) -> None:
        """End an examination with this outcome, whatever the picture shows."""
        verdict = Verdict.of([Finding("one-face", Outcome(outcome), 0.4, 0.5, "It was measured.")])
        jobs, desk = self.studio.painting.jobs, self.house.desk
        jobs.finish_examination(claim, lambda tx: desk.judge(tx, claim.render_id, verdict, claim.attempt))

    def bring(self, state: str, maker: str = "maya", twin: str = "nora") -> str:
        """A new image, brought to a state; its id."""
        render_id, jobs = self.order(maker, twin), self.studio.painting.jobs
        if state == State.QUEUED:
            return render_id
        if state == State.CANCELLED:
            self.studio.floor().jobs.cancel(render_id, maker_of(self.account(maker)))
            return render_id
        claim = self.claim(render_id)
        if state == State.FAILED:
            jobs.fail(claim, "The painter could not finish it.", again=False)
        elif state == State.PAINTING:
            jobs.beat(claim, 1, 4)
            self.house.submissions.show(render_id, self._picture)
        else:
            self.finish_painting(claim)
            if state != State.EXAMINING:
                self._judged(render_id, state, maker, twin)
        return render_id

    def _judged(self, render_id: str, state: str, maker: str, twin: str) -> None:
        outcomes = {State.BLOCKED: "block", State.IN_REVIEW: "refer"}
        self.judge(self.claim(render_id), outcomes.get(State(state), "clear"))
        her, signs = self.account(twin), self.signs
        if state == State.REFUSED:
            signs.refuse(her, render_id, "quality")
        if state == State.CHANGE_ASKED:
            signs.ask_change(her, render_id, "Less smile.")
        if state == State.WITHDRAWN:
            self.house.rights.withdraw_image(her, render_id)
        if state in (State.APPROVED, State.RELEASED, State.RECALLED):
            signs.approve(her, render_id, self.sealed(render_id))
        if state in (State.RELEASED, State.RECALLED):
            self.house.releases.release(self.account(maker), render_id)
        if state == State.RECALLED:
            self.house.rights.withdraw_image(her, render_id)

    def hold(self, login: str, render_id: str) -> None:
        """Let this moderator alone hold an image, and nobody any other."""
        with self.database.write("test") as tx:
            tx.execute("DELETE FROM claim")
        self.house.desk.claim(self.account(login), render_id)

    def fill(self) -> None:
        """For each brand an image of Nora in every state, and of Mei, whom it shares too, in those that wait for somebody."""
        for maker in SHOOTS:
            for state in State:
                self.cast[maker, "nora", state] = self.bring(state, maker)
            for state in (State.IN_REVIEW, State.HER_TURN, State.APPROVED, State.RELEASED):
                self.cast[maker, "mei", state] = self.bring(state, maker, "mei")

    def state(self, render_id: str) -> str:
        """Where an image stands."""
        return str(self.database.rows("SELECT state FROM render WHERE id = ?", [render_id])[0]["state"])

    def sealed(self, render_id: str) -> str:
        """The hash of an image's sealed file."""
        rows = self.database.rows("SELECT sealed_sha256 FROM submission WHERE render_id = ?", [render_id])
        return str(rows[0]["sealed_sha256"])

    def original(self, render_id: str) -> bytes:
        """The sealed file."""
        return self.house.vault.read(Shelf.ORIGINAL, render_id)

    def rows(self) -> Rows:
        """What stands in the tables now."""
        with self.database.read("test") as tx:
            return {
                (table, _key(row)): json.dumps(row, default=bytes.hex)
                for table in KEPT
                for row in tx.execute(f"SELECT * FROM {table}")
            }


def a_picture(look: Look) -> Picture:
    """One of Nora's references, developed."""
    folder = app.ASSETS / "references"
    line = next(line for line in read_index(folder) if line["twin"] == "nora")
    return develop(read_plate(folder, line), look)


def a_small_plate() -> Plate:
    """A negative of nothing in particular."""
    covered = np.full((80, 64), 0.5, np.float32)
    return Plate(np.full((4, 80, 64, 3), 0.3, np.float32), covered, covered, (0.4, 0.4, 0.4))


def changes(before: Rows, after: Rows) -> set[tuple[str, str]]:
    """Table and key of every row that came, went or changed."""
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def _key(row: Mapping[str, Any]) -> str:
    names = (
        ("id",) if "id" in row else ("render_id", "attempt") if "attempt" in row else ("render_id", "token_sha256", "account_id")
    )
    return "/".join(str(row[name]) for name in names if name in row)
