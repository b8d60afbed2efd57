"""The review desk: takes sealed pictures in, keeps what the safeguards found, and records what moderators decide."""

import json
import secrets
from collections.abc import Callable, Collection, Sequence

from moderation.access.account import Account, Role
from moderation.audit.attempts import watched
from moderation.backups import noes
from moderation.backups.tombstones import Bury
from moderation.database import Database, Transaction
from moderation.desk import claims as desk_claims
from moderation.desk import second as desk_second
from moderation.desk.decisions import new_id, not_found, note_of, reason_for, record_decision, require
from moderation.desk.insight import Card, Insight
from moderation.desk.moves import Row, Writing, move
from moderation.desk.signoff import Mover, Reason, State
from moderation.errors import BadRequest, Gone, ModerationError, NotYours, ReasonMissing, RightsLapsed
from moderation.reach import Reach, unreached
from moderation.safeguards.finding import Finding, Outcome, Verdict
from moderation.vault.seal import Sealed
from moderation.vault.vault import Shelf, Vault

FAULTS: tuple[str, ...] = (
    "examine.submitted",
    "examine.found",
    "examine.judged",
    "decide.review-moved",
    "decide.review-recorded",
    "decide.review-committed",
    "decide.appeal-recorded",
    "decide.review-undone",
    "decide.escalated",
)

_AFTER = {
    Outcome.CLEAR: State.HER_TURN,
    Outcome.REFER: State.IN_REVIEW,
    Outcome.UNEXAMINED: State.IN_REVIEW,
    Outcome.BLOCK: State.BLOCKED,
}
MANY = 50
"""How many images may be refused together at most: more than that nobody has looked at."""
_MODERATORS_ONLY = "Only a moderator reviews images."


class Desk:
    """What happens to an image between its painting and the person's turn.

    `draw` gives an unguessable token per claim; `reach` is called at the points in `FAULTS`; `tombstone` keeps each refusal
    beside the keys.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        reach: Reach = unreached,
        *,
        draw: Callable[[], str] = secrets.token_urlsafe,
        tombstone: Bury = lambda *_: None,
    ) -> None:
        self._database = database
        self._tombstone = tombstone
        self._vault = vault
        self._reach = reach
        self._draw = draw

    def submit(self, tx: Writing, render_id: str, sealed: Sealed) -> Row:
        """Take a sealed picture in, whose files are in the vault already: painting becomes examining.

        Raises what `move` raises, and NotFound or SealBroken when the vault does not hold exactly these files.
        """
        moved = move(tx, render_id, State.EXAMINING, Mover.WORKER, sealed_sha256=sealed.sealed_sha256)
        self._vault.read(Shelf.ORIGINAL, render_id, sealed.sealed_sha256)
        self._vault.read(Shelf.PREVIEW, render_id, sealed.preview_sha256)
        tx.execute(
            "INSERT INTO submission (render_id, sealed_sha256, pixels_sha256, preview_sha256, width, height, bytes, source_type,"
            " disclosure_text, sealed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                render_id,
                sealed.sealed_sha256,
                sealed.pixels_sha256,
                sealed.preview_sha256,
                sealed.width,
                sealed.height,
                len(sealed.content),
                sealed.source_type,
                sealed.disclosure_text,
                tx.now,
            ],
        )
        self._reach("examine.submitted")
        return moved

    def judge(self, tx: Writing, render_id: str, verdict: Verdict, attempt: int) -> Row:
        """Keep findings and verdict of one examination and move the image accordingly; the moved row.

        When consent or licence ended meanwhile, an image that would go on to people is withdrawn instead.
        """
        for position, finding in enumerate(verdict.findings):
            _keep_finding(tx, render_id, attempt, position, finding)
        self._reach("examine.found")
        moved = _conclude(tx, render_id, attempt, verdict.outcome)
        self._reach("examine.judged")
        return moved

    def give_up(self, tx: Writing, render_id: str, reason: str) -> Row:
        """End an examination that could not be carried out: nothing was examined, so people look at it."""
        last = tx.execute("SELECT max(attempt) AS attempt FROM verdict WHERE render_id = ?", [render_id])[0]["attempt"]
        why = reason.strip() or "The examination did not end."
        nothing = Finding("examination", Outcome.UNEXAMINED, score=None, threshold=None, reason=why)
        return self.judge(tx, render_id, Verdict.of([nothing]), (last or 0) + 1)

    def queue(self, account: Account) -> tuple[Card, ...]:
        """What this moderator may judge, oldest first; raises NotYours."""
        return Insight(self._database).queue_for(account)

    def claim(self, account: Account, render_id: str) -> Row:
        """Hold an image for ten minutes; the `claim` row with its token and `lease_until`.

        Raises NotFound, NotYours, ClaimHeld, IllegalMove.
        """
        require(account, Role.MODERATOR, _MODERATORS_ONLY)
        with self._database.write(account.id) as tx:
            return desk_claims.take(tx, account, render_id, self._draw())

    def claim_next(self, account: Account, skip: Collection[str] = ()) -> Row | None:
        """Hold the oldest image that is free and not in `skip`; None when nothing waits."""
        require(account, Role.MODERATOR, _MODERATORS_ONLY)
        with self._database.write(account.id) as tx:
            return desk_claims.take_oldest(tx, account, self._draw(), json.dumps(sorted(skip)))

    def beat(self, account: Account, render_id: str, token: str) -> Row:
        """Start the lease anew while the page is open; ClaimHeld when it is lost."""
        with self._database.write(account.id) as tx:
            return desk_claims.prolong(tx, account, render_id, token)

    def let_go(self, account: Account, render_id: str, token: str) -> bool:
        """Give a claim back, as skipping does; whether there was one."""
        with self._database.write(account.id) as tx:
            return desk_claims.let_go(tx, account, render_id, token)

    @watched("review")
    def review(
        self, account: Account, render_id: str, version: int, choice: str, reason_code: str | None, note: str, token: str
    ) -> Row:
        """Pass an image on to her, or refuse it with a reason; the `decision` row.

        `choice` is pass or refuse, `version` the one the page showed, `token` that of the moderator's own claim. Raises
        NotYours, ReasonMissing, NotFound, AlreadyDecided, IllegalMove, RightsLapsed, ClaimHeld.
        """
        require(account, Role.MODERATOR, _MODERATORS_ONLY)
        if choice not in ("pass", "refuse"):
            raise ReasonMissing("A review passes an image on to her or refuses it.")
        reason = reason_for(reason_code, note) if choice == "refuse" else None
        with self._database.write(account.id) as tx:
            decision = self._decide(tx, account, render_id, version, reason, note_of(note), token)
        self._reach("decide.review-committed")
        return decision

    def _decide(
        self, tx: Transaction, account: Account, render_id: str, version: int, reason: Reason | None, note: str, token: str
    ) -> Row:
        """Pass on without a reason, refuse with one."""
        if not tx.execute("SELECT 1 FROM submission WHERE render_id = ?", [render_id]):
            raise not_found()  # what nobody submitted is not for moderators to know of
        choice, target = ("pass", State.HER_TURN) if reason is None else ("refuse", State.REFUSED)
        new = new_id(tx)
        move(tx, render_id, target, Mover.MODERATOR, version=version, decision_id=new, reason=reason)
        self._reach("decide.review-moved")
        desk_claims.use_up(tx, account, render_id, token)
        decision = record_decision(tx, account, render_id, "review", choice, decision_id=new, reason=reason, note=note)
        self._reach("decide.review-recorded")
        if reason is not None:
            self._tombstone(tx, render_id, noes.facts_of(tx, decision, Mover.MODERATOR))
        return decision

    @watched("review")
    def refuse_many(
        self, account: Account, chosen: Sequence[tuple[str, int]], reason_code: str | None, note: str
    ) -> dict[str, str]:
        """Refuse several images for one reason, each by its id and the version that the page showed; {id: why not, or ""}.

        One that somebody else decided or holds meanwhile, or wrote a word about, is left alone. There is no passing on of
        several: she is to see nothing that nobody has looked at. Raises NotYours, ReasonMissing, BadRequest.
        """
        require(account, Role.MODERATOR, _MODERATORS_ONLY)
        reason, told = reason_for(reason_code, note), note_of(note)
        if not 1 <= len(chosen) <= MANY:
            raise BadRequest(f"Choose 1 to {MANY} images to refuse together.")
        answers = {}
        for render_id, version in chosen:
            try:
                with self._database.write(account.id) as tx:
                    desk_second.insist_on_a_look(tx, render_id)
                    token = desk_claims.take(tx, account, render_id, self._draw())["token"]
                    self._decide(tx, account, render_id, version, reason, told, token)
                answers[render_id] = ""
            except ModerationError as why:
                answers[render_id] = str(why)
        return answers

    @watched("take a review back")
    def undo(self, account: Account, render_id: str, version: int | None = None) -> Row:
        """Take one's own decision back while nobody has decided since; the superseding `decision` row.

        Raises NotYours, NotFound, IllegalMove, AlreadyDecided, RightsLapsed, Gone.
        """
        require(account, Role.MODERATOR, _MODERATORS_ONLY)
        with self._database.write(account.id) as tx:
            decision = desk_second.take_back(tx, account, render_id, version)
            self._reach("decide.review-undone")
        return decision

    def undoable(self, account: Account, limit: int = 1) -> tuple[Row, ...]:
        """The moderator's own decisions that `undo` would take back, the newest first. NotYours for others."""
        require(account, Role.MODERATOR, _MODERATORS_ONLY)
        return tuple(self._database.rows(desk_second.UNDOABLE, {"account_id": account.id, "limit": limit}))

    @watched("leave to another")
    def escalate(self, account: Account, render_id: str, version: int, leaning: str, note: str, token: str) -> Row:
        """Leave a held image to another moderator; the `escalation` row. Raises what `desk_second.ask_another` does."""
        require(account, Role.MODERATOR, _MODERATORS_ONLY)
        with self._database.write(account.id) as tx:
            row = desk_second.ask_another(tx, account, render_id, version, leaning, note, token)
            self._reach("decide.escalated")
        return row

    @watched("appeal")
    def appeal(self, account: Account, render_id: str, note: str, version: int | None = None) -> Row:
        """Ask for another moderator's look at an image that was blocked or refused by one; the `decision` row.

        Only its maker asks, with a note. Her own no has no way out. Raises as `review` does.
        """
        require(account, Role.CREATIVE, "Only the maker of an image may ask for a second look.")
        why = note_of(note, needed="Say in the note why the image deserves a second look.")
        with self._database.write(account.id) as tx:
            rows = tx.execute("SELECT maker_id FROM render WHERE id = ? AND brand_id = ?", [render_id, account.brand_id])
            if not rows:
                raise not_found()
            if rows[0]["maker_id"] != account.id:
                raise NotYours("Only the maker of an image may ask for a second look.")
            if tx.execute("SELECT 1 FROM removed_picture WHERE render_id = ?", [render_id]):
                raise Gone("Its pixels were removed when their time was over; nobody can look at it a second time.")
            new = new_id(tx)
            move(tx, render_id, State.IN_REVIEW, Mover.CREATIVE, version=version, decision_id=new)
            decision = record_decision(tx, account, render_id, "appeal", "appeal", decision_id=new, note=why)
            self._reach("decide.appeal-recorded")
            return decision


def _keep_finding(tx: Writing, render_id: str, attempt: int, position: int, finding: Finding) -> None:
    tx.execute(
        "INSERT INTO finding (id, render_id, attempt, position, safeguard, outcome, score, threshold, model, model_sha256,"
        " reason, evidence, examined_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            new_id(tx),
            render_id,
            attempt,
            position,
            finding.safeguard,
            finding.outcome.value,
            finding.score,
            finding.threshold,
            finding.model,
            finding.model_sha256,
            finding.reason,
            json.dumps(dict(finding.evidence), sort_keys=True, allow_nan=False),
            tx.now,
        ],
    )


def _conclude(tx: Writing, render_id: str, attempt: int, outcome: Outcome) -> Row:
    tx.execute(
        "INSERT INTO verdict (render_id, attempt, outcome, examined_at) VALUES (?, ?, ?, ?)",
        [render_id, attempt, outcome.value, tx.now],
    )
    try:
        return move(tx, render_id, _AFTER[outcome], Mover.WORKER, verdict=outcome.value, attempt=attempt)
    except RightsLapsed as lapsed:
        return move(tx, render_id, State.WITHDRAWN, Mover.RIGHTS, verdict=outcome.value, attempt=attempt, why=str(lapsed))
