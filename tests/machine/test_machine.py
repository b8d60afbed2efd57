"""Ten thousand acts in any order, over consents, licences, jobs, verdicts, decisions, files and time: what must hold, holds."""

import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from moderation.access.account import Account
from tests.machine.acts import HER, MAKERS, Acts
from tests.machine.belief import Image
from tests.machine.whole import Whole
from tests.moderation.scene import ADMIN, AGENT, AMARA, EVERYBODY, MAYA, MINA, MODO, NORA
from twin.consent import PayBasis

EXAMPLES, STEPS = 230, 52
CALLS = 10_000
SELDOM = 8
DONE = (
    *("order", "paint", "judge clear", "judge refer", "review pass", "approve", "undo", "release", "grant", "download"),
    *("take back image", "take back licence", "take back consent", "take back twin", "erase", "consent", "license"),
    *("refuse", "refund", "post again", "attest", "settle", "cancel", "appeal", "undo review", "escalate"),
    *("allow agency", "refuse for her", "change"),
)
"""What was done often enough, among ten thousand acts, to have met everything else."""
REFUSED = (
    *("order", "paint", "claim review", "review pass", "appeal", "approve", "refuse", "undo", "release", "grant", "download"),
    *(
        "take back image",
        "take back consent",
        "take back twin",
        "erase",
        "consent",
        "license",
        "seize",
        "witness",
        "allow agency",
        "refuse for her",
    ),
)
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

    def honest(self, image: Image, outcome: str = "clear") -> None:
        """Whoever's turn it is does what she should with this image."""
        acts, her, maker = self.acts, HER[image.twin], MAKERS[image.maker]
        match self.studio.state(image.id):
            case "queued" | "painting" | "examining":
                acts.take_job()
                for claim in [one for one in acts.held if one.render_id == image.id]:
                    acts.end_job(claim, outcome)
            case "in review":
                acts.review(image, MODO, "pass")
            case "her turn":
                acts.decide(image, her, her, "approve")
            case "approved":
                acts.release(image, maker)
            case "released":
                acts.grant(image, maker)
                for token in acts.tokens[-1:]:
                    acts.download(token, maker)

    @initialize(
        starts=st.lists(
            st.tuples(st.sampled_from(["halden-nora", "halden-amara", "halden-short"]), st.integers(1, 7), st.booleans()),
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

    @rule(maker=st.just("maya") | st.sampled_from(sorted(MAKERS)), licence=place, steps=st.integers(1, 7), clear=st.booleans())
    def image_goes_its_way(self, maker: str, licence: int, steps: int, clear: bool) -> None:
        wanted = [key for key, one in self.acts.belief.licences.items() if one.brand == MAKERS[maker].brand_id]
        image = self.acts.order(MAKERS[maker], of(wanted, licence))
        for _ in range(steps if image else 0):
            self.honest(image, "clear" if clear else "refer")  # type: ignore[arg-type]

    @rule()
    def take_job(self) -> None:
        self.acts.take_job()

    @precondition(lambda self: self.acts.held)
    @rule(number=place, how=st.sampled_from(["clear", "clear", "refer", "block", "unexamined", "fail", "hand back"]), late=rarely)
    def end_job(self, number: int, how: str, late: bool) -> None:
        claim = of(self.acts.held, number)
        self.acts.end_job(claim, how)
        if late:
            self.acts.end_job(claim, "clear")

    @precondition(lambda self: self.images)
    @rule(number=place, outcome=st.sampled_from(["clear", "refer"]), times=st.integers(1, 4))
    def go_on(self, number: int, outcome: str, times: int) -> None:
        for _ in range(times):
            self.honest(self.image(number), outcome)

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
    @rule(number=place, who=st.sampled_from([MODO, MINA]) | anybody, choice=st.sampled_from(["pass", "refuse"]))
    def review(self, number: int, who: Account, choice: str) -> None:
        self.acts.review(self.image(number, "in review"), who, choice)

    @precondition(lambda self: self.images)
    @rule(number=place, who=st.sampled_from([MODO, MODO, MINA]) | anybody)
    def moderator_thinks_again(self, number: int, who: Account) -> None:
        self.acts.think_again(self.image(number, "her turn", "refused"), who)

    @precondition(lambda self: self.images)
    @rule(number=place, who=st.sampled_from([MODO, MINA, MAYA]))
    def escalate(self, number: int, who: Account) -> None:
        self.acts.escalate(self.image(number, "in review"), who)

    @rule(her=st.sampled_from([NORA, NORA, AMARA]), forged=rarely, allowed=st.booleans())
    def allow_agency(self, her: Account, forged: bool, allowed: bool) -> None:
        self.acts.allow_agency(her, AGENT if forged else her, allowed)

    @precondition(lambda self: self.images)
    @rule(number=place, who=st.sampled_from([AGENT, AGENT, ADMIN, MAYA]))
    def refuse_for_her(self, number: int, who: Account) -> None:
        self.acts.refuse_for_her(self.image(number, "her turn"), who)

    @precondition(lambda self: self.images)
    @rule(number=place, who=st.just(MAYA) | anybody)
    def appeal(self, number: int, who: Account) -> None:
        self.acts.appeal(self.image(number, "blocked", "refused"), who)

    @precondition(lambda self: self.images)
    @rule(number=place, choice=st.sampled_from(["approve", "refuse", "change", "undo"]))
    def she_decides(self, number: int, choice: str) -> None:
        image = self.image(number, "approved" if choice == "undo" else "her turn")
        self.acts.decide(image, HER[image.twin], HER[image.twin], choice)

    @precondition(lambda self: self.images)
    @rule(number=place, who=anybody, signer=anybody, choice=st.sampled_from(["approve", "refuse", "change", "undo"]))
    def another_decides(self, number: int, who: Account, signer: Account, choice: str) -> None:
        image = self.image(number, "approved" if choice == "undo" else "her turn")
        if not who is signer is HER[image.twin]:
            self.acts.decide(image, who, signer, choice)

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
    @rule(number=place, scope=st.sampled_from(["image", "image", "licence", "consent", "twin"]), other=st.none() | anybody)
    def take_back(self, number: int, scope: str, other: Account | None) -> None:
        image = self.image(number)
        licence, her = self.acts.belief.licences[image.licence], HER[image.twin]
        subject = {"image": image.id, "licence": image.licence, "consent": licence.consent, "twin": image.twin}[scope]
        self.acts.take_back(scope, subject, image.twin, other or her, other or her)

    @rule(who=st.sampled_from([NORA, AMARA]), sure=rarely, thief=rarely)
    def erase(self, who: Account, sure: bool, thief: bool) -> None:
        if sure:
            self.acts.erase(who, MAYA if thief else who)

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
    ) -> None:
        terms = {"lasts": lasts, "first": first, "revocation_notice_hours": notice, "max_images": most}
        terms |= {"fee_minor": fee[0], "fee_model": fee[1], "commission_bp": 1750}
        self.acts.license(of(list(self.acts.belief.consents), consent), brand, terms)

    @precondition(lambda self: len(self.images) > 1)
    @rule(one=place, other=place, who=st.just(MAYA))
    def swap_files(self, one: int, other: int, who: Account) -> None:
        self.acts.swap(self.image(one), self.image(other), who)

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


def test_what_must_hold_holds_whatever_ten_thousand_acts_are_done(tmp_path_factory: pytest.TempPathFactory) -> None:
    Rights.template = tmp_path_factory.mktemp("machine") / "home"
    Rights.tally = Counter()
    Whole.found(Rights.template)
    run_state_machine_as_test(
        Rights,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            derandomize=True,
            database=None,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
    done = Rights.tally
    assert done["calls"] - done["begun"] >= CALLS
    often = {name: done[name] for name in DONE} | {f"refused {name}": done[f"refused {name}"] for name in REFUSED}
    assert min(often.values()) >= SELDOM, sorted(often.items(), key=lambda one: one[1])[:9]
