"""What people, workers and thieves do in the whole studio: each act through the real objects, and what it makes one believe."""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from moderation.access.account import Account, Role
from moderation.audit.chain import canonical
from moderation.keys.her_keys import NewKey
from moderation.keys.her_word import Signed
from moderation.money import ledger
from moderation.uploads.bases import Handed
from moderation.vault.vault import Shelf
from tests.machine.belief import NOTHING, Belief, Image, Right
from tests.machine.enrolling import Enrolling
from tests.machine.watch import Watch
from tests.machine.whole import REFUSALS, Whole, password_of, sealed_of
from tests.moderation.her_hand import fingerprint, key_of, private_key, public_key, sign
from tests.moderation.scene import ADMIN, AGENT, AMARA, MAYA, MINA, MODO, NORA, OTTO, RIVAL, verdict
from tests.moderation.uploads.test_bases import png
from twin.jobs.claim import Claim, Maker
from twin.orders.edits import STANDING

HER = {"nora": NORA, "amara": AMARA}
MAKERS = {one.id: one for one in (MAYA, OTTO, RIVAL)}
_TERMS = "SELECT l.*, c.starts_at AS c_starts_at, c.ends_at AS c_ends_at FROM licence l JOIN consent c ON c.id = l.consent_id"
PICTURE = png()


class Acts:
    """Acts over one studio; `tally` counts what succeeded and what was refused, by name."""

    def __init__(self, studio: Whole, tally: Counter[str]) -> None:
        self.studio, self.tally = studio, tally
        self.belief = Belief()
        self.watch = Watch(studio, self.belief)
        self.held: list[Claim] = []
        self.tokens: list[tuple[str, str, str]] = []
        self.words: list[Signed] = []
        self.bases: list[tuple[str, str, str]] = []
        self.enrolling = Enrolling(studio, self.belief, self.attempt)
        self.learn()

    @property
    def now(self) -> datetime:
        """The studio's moment."""
        return self.studio.clock.at

    def attempt(self, name: str, act: Callable[..., Any], *values: Any, **named: Any) -> Any:
        """What an act gives, or NOTHING when it was refused in a sentence; what was done before is looked at first."""
        self.watch.follow()
        try:
            got = act(*values, **named)
        except REFUSALS:
            self.tally[f"refused {name}"] += 1
            return NOTHING
        self.tally[name] += 1
        return got

    def learn(self) -> None:
        """Believe in the consents and licences that stand in the registry and were not known yet."""
        for row in self.studio.database.rows(_TERMS):
            if row["consent_id"] not in self.belief.consents:
                self.belief.consents[row["consent_id"]] = Right(_at(row["c_starts_at"]), _at(row["c_ends_at"]), row["twin_id"])
            if row["id"] not in self.belief.licences:
                first, notice = row["earliest_use_at"], timedelta(hours=row["revocation_notice_hours"])
                known = {"first_use": first and _at(first), "notice": notice, "consent": row["consent_id"]}
                self.belief.licences[row["id"]] = Right(
                    _at(row["starts_at"]), _at(row["ends_at"]), row["twin_id"], brand=row["brand_id"], **known
                )

    def order(self, maker: Account, licence: str, parent: str | None = None) -> Image | None:
        """A creative orders an image."""
        tone, twin = len(self.belief.images), self.belief.licences[licence].twin
        new = self.attempt("order", self.studio.ask_for, maker, licence, twin, tone, parent)
        if new is NOTHING:
            return None
        self.belief.images[new] = Image(new, licence, twin, maker.id, str(maker.brand_id), tone)
        return self.belief.images[new]

    def repaint_part(self, maker: Account, image: Image) -> None:
        """A creative orders a part of an image anew."""
        tone, state = len(self.belief.images), self.studio.state(image.id)
        new = self.attempt("repaint a part", self.studio.ask_for_part, maker, image.id, tone)
        if new is not NOTHING:
            assert maker.brand_id == image.brand, "a part of another brand's image"
            assert state in STANDING, "a part of an image that nobody may go on with"
            self.belief.images[new] = Image(new, image.licence, image.twin, maker.id, image.brand, tone)

    def hand_in(self, maker: Account, twin: str) -> None:
        """Somebody hands in a picture of a twin to repaint, and somebody looks at it."""
        new = self.attempt("hand in", self.studio.bases.take, maker, twin, Handed("a.png", PICTURE))
        if new is not NOTHING:
            held = [key for key, one in self.belief.licences.items() if (one.brand, one.twin) == (maker.brand_id, twin)]
            asked = [Image("", key, twin, maker.id, str(maker.brand_id), 0) for key in held]
            assert any(self.belief.may_paint(one, self.now) for one in asked), "a picture is kept without a right to paint her"
            self.bases.append((new, twin, str(maker.brand_id)))

    def look_at_base(self, who: Account, base: tuple[str, str, str], *, removes: bool) -> None:
        """Somebody looks at a picture that was handed in, or removes it."""
        act = self.studio.bases.remove if removes else self.studio.bases.preview
        if self.attempt("remove a base" if removes else "look at a base", act, who, base[0]) is not NOTHING:
            assert who.role is Role.CREATIVE, "somebody who is no creative"
            assert (who.brand_id, base[1] in self.belief.erased) == (base[2], False), "another brand's, or of somebody erased"

    def take_job(self) -> None:
        """A worker takes whatever is due."""
        claim = self.attempt("claim", self.studio.jobs.claim, f"w{len(self.held)}")
        if claim is not NOTHING and claim is not None:
            self.held.append(claim)

    def take_siblings(self, claim: Claim, most: int) -> None:
        """A worker takes further images of the order of one that it holds, or held, to paint them in one go."""
        beside = self.attempt("claim beside", self.studio.jobs.beside, claim, most)
        if beside is not NOTHING:
            first = self.belief.images[claim.render_id]
            for one in beside:
                other = self.belief.images[one.render_id]
                assert (other.licence, other.maker) == (first.licence, first.maker), "a job of another order was taken along"
            self.held += beside

    def end_job(self, claim: Claim, how: str) -> None:
        """A worker ends what it holds, or what it held: with a picture or a verdict, or by failing or stopping."""
        if claim in self.held:
            self.held.remove(claim)
        image, jobs = self.belief.images[claim.render_id], self.studio.jobs
        if how == "fail":
            self.attempt("fail", jobs.fail, claim, "It broke.")
        elif how == "hand back":
            self.attempt("hand back", jobs.hand_back, claim)
        elif claim.kind == "paint":
            if self.attempt("paint", self.studio.end_painting, claim, image.tone) is not NOTHING:
                image.sealed = sealed_of(image.tone)
        else:
            write = lambda tx: self.studio.desk.judge(tx, image.id, verdict(how), claim.attempt)  # noqa: E731
            if self.attempt(f"judge {how}", jobs.finish_examination, claim, write) is not NOTHING:
                image.clear = how == "clear"

    def cancel(self, image: Image) -> None:
        """Its maker stops an image."""
        self.attempt("cancel", self.studio.jobs.cancel, image.id, Maker(image.maker, image.brand))

    def answer_recalls(self) -> None:
        """The brand says of everything recalled that it knows, and that it is deleted."""
        for one in self.studio.recalls.of_brand(MAYA):
            self.attempt("acknowledge", self.studio.recalls.acknowledge, MAYA, [one.recall_id])
            self.attempt("attest", self.studio.recalls.attest, MAYA, [one.recall_id], "Maya Okafor")

    def review(self, image: Image, moderator: Account, choice: str) -> None:
        """Somebody takes an image that waits and decides as a moderator."""
        claim = self.attempt("claim review", self.studio.desk.claim, moderator, image.id)
        token = "guessed" if claim is NOTHING else claim["token"]
        version, reason = self.studio.render(image.id)["version"], "quality" if choice == "refuse" else None
        review = self.studio.desk.review
        done = self.attempt(f"review {choice}", review, moderator, image.id, version, choice, reason, "", token)
        if done is not NOTHING:
            assert moderator in (MODO, MINA), "somebody else judged as a moderator"
            image.clear = choice == "pass"

    def think_again(self, image: Image, who: Account) -> None:
        """A moderator takes back what she decided."""
        if self.attempt("undo review", self.studio.desk.undo, who, image.id) is not NOTHING:
            image.clear = False

    def escalate(self, image: Image, moderator: Account) -> None:
        """A moderator leaves an image to another one."""
        claim = self.attempt("claim review", self.studio.desk.claim, moderator, image.id)
        if claim is not NOTHING:
            version = self.studio.render(image.id)["version"]
            told = (moderator, image.id, version, "unsure", "Look at the hand.", claim["token"])
            self.attempt("escalate", self.studio.desk.escalate, *told)

    def allow_agency(self, her: Account, signer: Account, allowed: bool) -> None:
        """Somebody lets her agency say no for her, or no longer."""
        if self.attempt("allow agency", self.studio.allow_agency, her, signer, allowed) is not NOTHING:
            assert her is signer, "another key let her agency say no"
            (self.belief.represented.add if allowed else self.belief.represented.discard)(str(her.person_id))

    def refuse_for_her(self, image: Image, who: Account) -> None:
        """An agency says no in her place."""
        if self.attempt("refuse for her", self.studio.behalf.refuse, who, image.id, "quality") is not NOTHING:
            assert who is AGENT and image.twin in self.belief.represented, "somebody said no for her who may not"  # noqa: PT018
            image.her_no = True

    def appeal(self, image: Image, who: Account) -> None:
        """Somebody asks for a second look."""
        if self.attempt("appeal", self.studio.desk.appeal, who, image.id, "Look again.") is not NOTHING:
            assert who.id == image.maker, "somebody else appealed"
            image.clear = False

    def decide(self, image: Image, who: Account, signer: Account, choice: str) -> None:
        """Somebody decides about an image as if she were the person in it, signed by somebody's key."""
        word = self.word_of(image, signer, choice, who if who is signer and who.role is Role.MODEL else None)
        self.words.append(word)
        self.say(image, who, choice, word, false=signer is not HER[image.twin])

    def say(self, image: Image, who: Account, choice: str, word: Signed | None, *, false: bool = False) -> None:
        """A decision sent with these words, whatever they are about; `false` words must not count."""
        real, told = self.studio.signoff.real, {"word": word}
        sealed = image.sealed.sealed_sha256 if image.sealed else "0" * 64
        acts: dict[str, Callable[[], Any]] = {
            "approve": lambda: real.approve(who, image.id, sealed, **told),
            "refuse": lambda: real.refuse(who, image.id, "quality", **told),
            "change": lambda: real.ask_change(who, image.id, "Less smile.", **told),
            "undo": lambda: real.undo(who, image.id, **told),
        }
        if self.attempt(choice, acts[choice]) is not NOTHING:
            assert who is HER[image.twin], f"{who.name} decided in her place"
            assert not false, "words that she never said of this image counted"
            image.her_no = image.her_no or choice == "refuse"

    def word_of(self, image: Image, signer: Account, choice: str, asker: Account | None = None) -> Signed:
        """The statement as her page gets it, or another model's if she gets one, signed with the signer's key."""
        her = asker or HER[image.twin]
        said: dict[str, Any] = {"refuse": {"reason_code": "quality"}, "change": {"note": "Less smile."}}.get(choice, {})
        key = key_of(signer)
        statement: bytes = b"{}"
        try:
            statement = self.studio.signoff.real.statement(her, image.id, choice, fingerprint(key_of(her)), **said)
        except REFUSALS:
            self.tally["refused statement"] += 1
        return Signed(statement, sign(key, statement))

    def release(self, image: Image, who: Account) -> None:
        """Somebody releases an image."""
        if self.attempt("release", self.studio.releases.release, who, image.id) is not NOTHING:
            assert who.brand_id == image.brand, "another brand released it"

    def grant(self, image: Image, who: Account) -> None:
        """Somebody asks for a file."""
        token = self.attempt("grant", self.studio.releases.grant, who, image.id)
        if token is not NOTHING:
            assert who.brand_id == image.brand, "another brand was granted it"
            self.tokens.append((token, image.id, who.id))

    def download(self, token: tuple[str, str, str], who: Account) -> None:
        """Somebody comes with a token, however old, whosever it is."""
        got = self.attempt("download", self.studio.releases.open_download, who, token[0])
        if got is not NOTHING:
            assert who.id == token[2], "a token of somebody else's opened a file"
            self.watch.left(self.belief.images[token[1]], got.content)

    def take_back(self, scope: str, subject: str, twin: str, who: Account, signer: Account) -> None:
        """Somebody takes something of hers back."""
        released = scope == "image" and self.studio.state(subject) == "released"
        if self.attempt(f"take back {scope}", self.studio.take_back, who, scope, subject, signer) is not NOTHING:
            assert who is signer is HER[twin], "somebody else took it back"
            self.belief.take_back(scope, subject, self.now, released=released)

    def erase(self, who: Account, signer: Account) -> None:
        """Somebody has herself erased."""
        if self.attempt("erase", self.studio.erase, who, signer) is not NOTHING:
            assert who is signer, "she was erased by another key"
            self.belief.take_back("twin", str(who.person_id), self.now)
            self.belief.erased.add(str(who.person_id))

    def consent(self, twin: str, signer: Account, days: int) -> None:
        """Somebody signs a new consent that she drafted herself."""
        starts = self.now + timedelta(minutes=1)
        her, ends = HER[twin], starts + timedelta(days=days)
        if self.attempt("consent", self.studio.consent, her, signer, twin, starts, ends) is not NOTHING:
            assert signer is her, "somebody else signed her consent"
            self.studio.go_on(timedelta(minutes=1))
        for row in self.studio.database.rows("SELECT * FROM consent"):
            self.belief.consents.setdefault(row["id"], Right(_at(row["starts_at"]), _at(row["ends_at"]), row["twin_id"]))

    def license(self, consent: str, brand: str, terms: dict[str, Any], *, beyond: bool = False) -> None:
        """A licence is written under a consent, from now or later on; or for a day `beyond` what she consented to."""
        right = self.belief.consents[consent]
        starts = max(right.starts_at, self.now)
        ends = min(right.ends_at, starts + terms.pop("lasts"))
        ends = right.ends_at + timedelta(days=1) if beyond else ends
        first = starts + terms.pop("first")
        spans = {"starts_at": starts, "ends_at": ends, "earliest_use_at": first if first < ends else None}
        if starts < ends:
            written = self.attempt("license", self.studio.write_licence, consent, right.twin, brand, **spans, **terms)
            assert not beyond or written is NOTHING, "a licence that outlasts her consent"
            self.learn()

    def swap(self, image: Image, other: Image) -> None:
        """A thief puts another sealed file in the place of this image's, and everybody goes on; then it is put back."""
        vault, her = self.studio.vault, HER[image.twin]
        here, there = (vault.path(Shelf.ORIGINAL, one.id) for one in (image, other))
        if image is other or not (here.exists() and there.exists()):
            return
        kept = here.with_suffix(".kept")
        shutil.copyfile(here, kept)
        shutil.copyfile(there, here)
        try:
            before = self.tally["approve"] + self.tally["release"] + self.tally["download"]
            self.decide(image, her, her, "approve")
            self.release(image, MAKERS[image.maker])
            self.grant(image, MAKERS[image.maker])
            for token in [one for one in self.tokens if one[1] == image.id][-3:]:
                self.download(token, MAKERS[image.maker])
            assert before == self.tally["approve"] + self.tally["release"] + self.tally["download"], "a swapped file passed"
        finally:
            if here.exists():
                kept.replace(here)
            else:
                kept.unlink()

    def settle(self) -> None:
        """What the studio does by itself as time passes."""
        self.attempt("settle", self.studio.endings.sweep)
        self.attempt("receipts", self.studio.receipts.issue)
        self.attempt("retention", self.studio.retention.run)

    def pay_again(self, image: Image, back: bool) -> None:
        """Somebody's program posts a release a second time, or pays it back."""
        rows = self.studio.database.rows("SELECT id FROM release WHERE render_id = ?", [image.id])
        if rows:
            with self.studio.database.write("books") as tx:
                (ledger.refund if back else ledger.post)(tx, rows[0]["id"])
            self.tally["refund" if back else "post again"] += 1

    def seize_key(self, her: Account, witness: Account) -> None:
        """A thief asks that a key of his become hers: by her session without a password, and before a witness."""
        thief = private_key("thief")
        statement = self.studio.keys.draft(her, public_key(thief))
        new = NewKey(public_key(thief), statement, sign(thief, statement), sign(thief, statement))
        for proof in ("guessed", password_of(MAYA)):
            assert self.attempt("seize", self.studio.keys.register, her, new, proof) is NOTHING
        if witness is not ADMIN:
            seen = self.attempt("witness", self.studio.keys.witness, witness, str(her.person_id), fingerprint(thief))
            assert seen is NOTHING

    def replay(self, image: Image, word: Signed, choice: str, at: datetime | None) -> None:
        """Her page, or a thief's, sends words that were signed before, as they are or with another time written in."""
        if at is not None:
            said = {**json.loads(word.statement), "at": at.isoformat(timespec="microseconds")}
            word = replace(word, statement=canonical(said))
        self.say(image, HER[image.twin], choice, word)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
