"""The state machine: everybody does anything at any time, honestly or not, and after each act what must hold is looked at."""

import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from moderation.access.account import Account
from tests.machine.acts import HER, MAKERS, Acts
from tests.machine.belief import Image
from tests.machine.enrolling import KINDS
from tests.machine.whole import Whole
from tests.moderation.scene import ADMIN, AGENT, AMARA, EVERYBODY, MAYA, MINA, MODO, NORA
from twin.consents.consent import PayBasis

SPANS = {"seconds": 5, "minutes": 11, "hours": 7, "days": 2, "weeks": 5}
place = st.integers(0, 11)
"""Which of the things there are, counted from the newest, so that what is young meets most acts."""
anybody = st.sampled_from(EVERYBODY)
rarely = st.integers(0, 5).map(lambda n: n == 0)


def of(things: list[Any], number: int) -> Any:
    """One of the things, counted from the newest."""
    return things[-1 - number % len(things)]


class Rights(RuleBasedStateMachine):
    """One small studio, a copy of the same one each time."""

    template: ClassVar[Path]
    tally: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="rights-"))
        self.studio = Whole.copied(self.folder / "home", self.template)
        self.acts = Acts(self.studio, self.tally)

    @property
    def images(self) -> list[Image]:
        return list(self.acts.belief.images.values())

    def image(self, number: int, *states: str) -> Image:
        """One of those in these states, if there are any; one of all now and then, for it must be refused there."""
        apt = [one for one in self.images if number % 4 and self.studio.state(one.id) in states]
        return of(apt or self.images, number)

    def standing(self, number: int, state: str) -> Image:
        """One that stands where it is wanted; if none does, a new one is led there, as far as rights allow."""
        if number % 4 and not any(self.studio.state(one.id) == state for one in self.images):
            wanted = [key for key, one in self.acts.belief.licences.items() if one.brand == MAYA.brand_id]
            image = self.acts.order(MAYA, of(wanted, number))
            for _ in range(5 if image else 0):
                if self.studio.state(image.id) != state:  # type: ignore[union-attr]
                    self.honest(image, "refer" if state == "in review" else "clear")  # type: ignore[arg-type]
        return self.image(number, state)

    def honest(self, image: Image, outcome: str = "clear", says: str = "approve") -> None:
        """Whoever's turn it is does what she should with this image."""
        acts, her, maker = self.acts, HER[image.twin], MAKERS[image.maker]
        match self.studio.state(image.id):
            case "queued" | "painting" | "examining":
                acts.take_job()
                for claim in [one for one in acts.held if one.render_id == image.id]:
                    acts.end_job(claim, outcome)
            case "in review":
                acts.review(image, MODO, "pass")
            case "her turn" if says == "agency":
                acts.allow_agency(her, her, True)
                acts.refuse_for_her(image, AGENT)
            case "her turn":
                acts.decide(image, her, her, "approve" if says == "undo" else says)
            case "blocked" | "refused":
                acts.appeal(image, maker)
            case "approved" if says == "undo":
                acts.decide(image, her, her, "undo")
                acts.decide(image, her, her, "approve")
            case "approved":
                acts.release(image, maker)
            case "released":
                acts.grant(image, maker)
                for token in acts.tokens[-1:]:
                    acts.download(token, maker)

    @initialize(
        starts=st.lists(
            st.tuples(st.sampled_from(["halden-nora", "halden-amara", "halden-slow"]), st.integers(1, 7), st.booleans()),
            min_size=2,
            max_size=4,
        )
    )
    def begin(self, starts: list[tuple[str, int, bool]]) -> None:
        """Some images that came some way."""
        self.tally["begun"] += 1
        for licence, steps, clear in starts:
            image = self.acts.order(MAYA, licence)
            for _ in range(steps if image else 0):
                self.honest(image, "clear" if clear else "refer")  # type: ignore[arg-type]

    @rule(span=st.sampled_from(sorted(SPANS)), times=st.integers(1, 3))
    def time_passes(self, span: str, times: int) -> None:
        self.studio.go_on(timedelta(**{span: SPANS[span] * times}))

    @rule(maker=st.sampled_from(sorted(MAKERS)), licence=place, parent=st.none() | place)
    def order(self, maker: str, licence: int, parent: int | None) -> None:
        licences = list(self.acts.belief.licences)
        twin = self.acts.belief.licences[of(licences, licence)].twin
        kin = [one.id for one in self.images if one.twin == twin]
        self.acts.order(MAKERS[maker], of(licences, licence), of(kin, parent) if kin and parent is not None else None)

    @rule(
        maker=st.just("maya") | st.sampled_from(sorted(MAKERS)),
        licence=place,
        steps=st.integers(1, 7),
        outcome=st.sampled_from(["clear", "refer", "block", "unexamined"]),
        says=st.sampled_from(["approve", "approve", "refuse", "change", "undo", "agency"]),
    )
    def image_goes_its_way(self, maker: str, licence: int, steps: int, outcome: str, says: str) -> None:
        wanted = [key for key, one in self.acts.belief.licences.items() if one.brand == MAKERS[maker].brand_id]
        image = self.acts.order(MAKERS[maker], of(wanted, licence))
        for _ in range(steps if image else 0):
            self.honest(image, outcome, says)  # type: ignore[arg-type]

    @precondition(lambda self: self.images)
    @rule(number=place, maker=st.just("maya") | st.sampled_from(sorted(MAKERS)), sure=st.booleans())
    def repaint_part(self, number: int, maker: str, sure: bool) -> None:
        image = self.standing(number, "her turn") if sure else self.image(number)
        self.acts.repaint_part(MAKERS[maker], image)

    @rule(
        maker=st.just("maya") | st.sampled_from(sorted(MAKERS)),
        her=st.sampled_from([NORA, AMARA]),
        really=rarely,
        who=st.just(MAYA) | anybody,
        removes=st.booleans(),
    )
    def hand_in_a_picture_to_repaint(self, maker: str, her: Account, really: bool, who: Account, removes: bool) -> None:
        if really:
            self.acts.hand_in(MAKERS[maker], str(her.person_id))
        for base in self.acts.bases[-2:]:
            self.acts.look_at_base(who, base, removes=False)
            if removes:
                self.acts.look_at_base(who, base, removes=True)

    @rule(
        her=st.sampled_from([NORA, AMARA]),
        who=st.none() | st.just(AGENT) | anybody,
        kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=3),
        really=rarely,
    )
    def enrol(self, her: Account, who: Account | None, kinds: list[str], really: bool) -> None:
        """She, her agency or somebody else goes on with an enrolment; now and then she is enrolled and changed in one go."""
        twin = str(her.person_id)
        for kind in (*(("take", "finish", "reopen", "take out") if really else ()), *kinds):
            self.acts.enrolling.act(kind, (None if really else who) or her, twin, 9 if really else 2, self.acts.now)

    @rule()
    def take_job(self) -> None:
        self.acts.take_job()

    @precondition(lambda self: self.acts.held)
    @rule(number=place, most=st.integers(1, 3))
    def take_siblings(self, number: int, most: int) -> None:
        self.acts.take_siblings(of(self.acts.held, number), most)

    @precondition(lambda self: self.images)
    @rule(licence=place, count=st.integers(2, 3), how=st.sampled_from(["clear", "refer", "fail", "hand back"]))
    def an_order_is_painted_in_one_go(self, licence: int, count: int, how: str) -> None:
        wanted = [key for key, one in self.acts.belief.licences.items() if one.brand == MAYA.brand_id]
        for _ in range(count):
            self.acts.order(MAYA, of(wanted, licence))
        self.acts.take_job()
        if self.acts.held:
            first = self.acts.held[-1]
            self.acts.take_siblings(first, count - 1)
            for claim in [one for one in self.acts.held if one.worker == first.worker]:
                self.acts.end_job(claim, how)

    @precondition(lambda self: self.acts.held)
    @rule(number=place, how=st.sampled_from(["clear", "clear", "refer", "block", "unexamined", "fail", "hand back"]), late=rarely)
    def end_job(self, number: int, how: str, late: bool) -> None:
        claim = of(self.acts.held, number)
        self.acts.end_job(claim, how)
        if late:
            self.acts.end_job(claim, "clear")

    @precondition(lambda self: self.images)
    @rule(
        number=place,
        outcome=st.sampled_from(["clear", "refer"]),
        says=st.sampled_from(["approve", "refuse"]),
        times=st.integers(1, 4),
    )
    def go_on(self, number: int, outcome: str, says: str, times: int) -> None:
        for _ in range(times):
            self.honest(self.image(number), outcome, says)

    @precondition(lambda self: self.images)
    @rule(number=place)
    def cancel(self, number: int) -> None:
        self.acts.cancel(self.image(number, "queued", "painting"))

    @rule(licence=place, end=st.sampled_from(["image", "licence", "twin", "cancel", "minutes", "days"]), how=st.booleans())
    def work_is_overtaken(self, licence: int, end: str, how: bool) -> None:
        """While somebody works on an image its right ends, its maker stops it, or another worker takes it over."""
        wanted = [key for key, one in self.acts.belief.licences.items() if one.brand == MAYA.brand_id]
        image = self.acts.order(MAYA, of(wanted, licence))
        if image is not None:
            self.honest(image) if how else None
            self.acts.take_job()
            held = [one for one in self.acts.held if one.render_id == image.id]
            if end in SPANS:
                self.time_passes(end, 3)
                self.acts.take_job()
            elif end == "cancel":
                self.acts.cancel(image)
            else:
                subject = {"image": image.id, "licence": image.licence, "twin": image.twin}[end]
                self.acts.take_back(end, subject, image.twin, HER[image.twin], HER[image.twin])
            for claim in held:
                self.acts.end_job(claim, "clear")

    @precondition(lambda self: self.images)
    @rule(
        number=place,
        who=st.sampled_from([MODO, MINA]) | anybody,
        choice=st.sampled_from(["pass", "refuse"]),
        regrets=st.booleans(),
    )
    def review(self, number: int, who: Account, choice: str, regrets: bool) -> None:
        image = self.standing(number, "in review")
        self.acts.review(image, who, choice)
        if regrets:
            self.acts.think_again(image, who)

    @precondition(lambda self: self.images)
    @rule(number=place, who=st.sampled_from([MODO, MODO, MINA]) | anybody)
    def moderator_thinks_again(self, number: int, who: Account) -> None:
        self.acts.think_again(self.image(number, "her turn", "refused"), who)

    @precondition(lambda self: self.images)
    @rule(number=place, who=st.sampled_from([MODO, MINA, MAYA]))
    def escalate(self, number: int, who: Account) -> None:
        self.acts.escalate(self.standing(number, "in review"), who)

    @rule(her=st.sampled_from([NORA, NORA, AMARA]), forged=rarely, allowed=st.booleans())
    def allow_agency(self, her: Account, forged: bool, allowed: bool) -> None:
        self.acts.allow_agency(her, AGENT if forged else her, allowed)

    @precondition(lambda self: self.images)
    @rule(number=place, who=st.sampled_from([AGENT, AGENT, ADMIN, MAYA]), allowed=st.booleans())
    def refuse_for_her(self, number: int, who: Account, allowed: bool) -> None:
        image = self.standing(number, "her turn")
        if allowed:
            self.acts.allow_agency(HER[image.twin], HER[image.twin], True)
        self.acts.refuse_for_her(image, who)

    @precondition(lambda self: self.images)
    @rule(number=place, who=st.just(MAYA) | anybody)
    def appeal(self, number: int, who: Account) -> None:
        self.acts.appeal(self.image(number, "blocked", "refused"), who)

    @precondition(lambda self: self.images)
    @rule(number=place, choice=st.sampled_from(["approve", "refuse", "change", "undo", "undo"]), again=st.booleans())
    def she_decides(self, number: int, choice: str, again: bool) -> None:
        image = self.standing(number, "approved" if choice == "undo" else "her turn")
        self.acts.decide(image, HER[image.twin], HER[image.twin], choice)
        if choice == "undo" and again:
            self.acts.decide(image, HER[image.twin], HER[image.twin], "approve")

    @precondition(lambda self: self.images)
    @rule(
        number=place,
        who=st.none() | anybody,
        signer=st.none() | anybody,
        choice=st.sampled_from(["approve", "approve", "undo", "refuse"]),
    )
    def another_decides(self, number: int, who: Account | None, signer: Account | None, choice: str) -> None:
        """Somebody acts for her from an account of his own, or from hers, with a key of his own, or with hers."""
        image = self.standing(number, "approved" if choice == "undo" else "her turn")
        account = who or HER[image.twin]
        key = signer or account
        if not account is key is HER[image.twin]:
            self.acts.decide(image, account, key, choice)

    @precondition(lambda self: self.images)
    @rule(number=place, other=place, said=st.sampled_from(["approve", "refuse"]), sent=st.sampled_from(["approve", "refuse"]))
    def her_words_are_turned(self, number: int, other: int, said: str, sent: str) -> None:
        """What her key signed for one image is sent for another, or her no as a yes."""
        image = self.standing(number, "her turn")
        about = of([one for one in self.images if one.twin == image.twin], other)
        if about is not image or said != sent:
            self.acts.say(image, HER[image.twin], sent, self.acts.word_of(about, HER[image.twin], said), false=True)

    @precondition(lambda self: self.images and self.acts.words)
    @rule(number=place, word=place, choice=st.sampled_from(["approve", "undo"]), again=st.booleans())
    def old_words_are_sent_again(self, number: int, word: int, choice: str, again: bool) -> None:
        self.acts.replay(
            self.image(number, "her turn", "approved"), of(self.acts.words, word), choice, self.acts.now if again else None
        )

    @precondition(lambda self: self.images)
    @rule(number=place, who=st.just(MAYA) | anybody)
    def release(self, number: int, who: Account) -> None:
        self.acts.release(self.image(number, "approved"), who)

    @precondition(lambda self: self.images)
    @rule(number=place, who=st.just(MAYA) | anybody)
    def grant(self, number: int, who: Account) -> None:
        self.acts.grant(self.image(number, "released", "recalled"), who)

    @precondition(lambda self: self.acts.tokens)
    @rule(number=place, who=st.just(MAYA) | anybody)
    def download(self, number: int, who: Account) -> None:
        self.acts.download(of(self.acts.tokens, number), who)

    @precondition(lambda self: self.images)
    @rule(number=place, scope=st.sampled_from(["image", "image", "licence", "consent"]), late=rarely, days=st.integers(0, 2))
    def she_comes_between_grant_and_download(self, number: int, scope: str, late: bool, days: int) -> None:
        """The brand has asked for a file; before it comes for it, she takes it back, or the grant runs out."""
        image = self.standing(number, "released")
        self.acts.grant(image, MAKERS[image.maker])
        licence, her = self.acts.belief.licences[image.licence], HER[image.twin]
        subject = {"image": image.id, "licence": image.licence, "consent": licence.consent}[scope]
        if late:
            self.time_passes("minutes", 1)
        self.acts.take_back(scope, subject, image.twin, her, her)
        for _ in range(2):
            for token in [one for one in self.acts.tokens if one[1] == image.id][-2:]:
                self.acts.download(token, MAKERS[image.maker])
            self.time_passes("days", days)
            self.acts.grant(image, MAKERS[image.maker])

    @precondition(lambda self: self.images)
    @rule(number=place, scope=st.sampled_from(["image", "image", "licence", "consent", "twin"]), other=st.none() | anybody)
    def take_back(self, number: int, scope: str, other: Account | None) -> None:
        image = self.image(number)
        licence, her = self.acts.belief.licences[image.licence], HER[image.twin]
        subject = {"image": image.id, "licence": image.licence, "consent": licence.consent, "twin": image.twin}[scope]
        self.acts.take_back(scope, subject, image.twin, other or her, other or her)

    @rule(who=st.sampled_from([NORA, AMARA]), sure=rarely, thief=rarely)
    def erase(self, who: Account, sure: bool, thief: bool) -> None:
        if thief:
            self.acts.erase(who, MAYA)
        elif sure:
            self.acts.erase(who, who)

    @rule()
    def settle(self) -> None:
        self.acts.settle()

    @rule(her=st.sampled_from([NORA, AMARA]), forged=rarely, days=st.sampled_from([1, 20, 200]))
    def consent(self, her: Account, forged: bool, days: int) -> None:
        self.acts.consent(str(her.person_id), AGENT if forged else her, days)

    @rule(
        consent=place,
        brand=st.sampled_from(["halden", "other"]),
        lasts=st.sampled_from([timedelta(hours=5), timedelta(days=3), timedelta(days=90)]),
        first=st.sampled_from([timedelta(), timedelta(hours=48)]),
        notice=st.sampled_from([0, 0, 24, 720]),
        fee=st.sampled_from([(0, PayBasis.IMAGE), (12_345, PayBasis.IMAGE), (99, PayBasis.IMAGE)]),
        most=st.sampled_from([1, 3, 50]),
        beyond=rarely,
    )
    def license(
        self,
        consent: int,
        brand: str,
        lasts: timedelta,
        first: timedelta,
        notice: int,
        fee: tuple[int, PayBasis],
        most: int,
        beyond: bool,
    ) -> None:
        terms = {"lasts": lasts, "first": first, "revocation_notice_hours": notice, "max_images": most}
        terms |= {"fee_minor": fee[0], "fee_model": fee[1], "commission_bp": 1750}
        self.acts.license(of(list(self.acts.belief.consents), consent), brand, terms, beyond=beyond)

    @precondition(lambda self: len(self.images) > 1)
    @rule(one=place, other=place)
    def swap_files(self, one: int, other: int) -> None:
        image = self.standing(one, ("her turn", "approved", "released")[other % 3])
        kin = [own for own in self.images if own.twin == image.twin and own.sealed and own is not image]
        self.acts.swap(image, of(kin or self.images, other))

    @precondition(lambda self: self.images)
    @rule(number=place, back=st.booleans())
    def pay_again(self, number: int, back: bool) -> None:
        self.acts.pay_again(self.image(number), back)

    @rule(her=st.sampled_from([NORA, AMARA]), witness=st.sampled_from([AGENT, MODO, MAYA, ADMIN]))
    def seize_key(self, her: Account, witness: Account) -> None:
        self.acts.seize_key(her, witness)

    @rule()
    def brand_answers(self) -> None:
        self.acts.answer_recalls()

    @invariant()
    def holds(self) -> None:
        """What must hold after every act."""
        self.tally["calls"] += 1
        self.acts.watch.look()

    def teardown(self) -> None:
        """Look at everything once more, and clear away."""
        try:
            self.acts.watch.whole()
        finally:
            self.studio.database.close()
            shutil.rmtree(self.folder)
