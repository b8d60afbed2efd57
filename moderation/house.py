"""The objects of the moderation domain, each made once, when it is first asked for."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pwdlib import PasswordHash

from moderation.access import account_ends
from moderation.access.accounts import Accounts
from moderation.access.confirmation import Confirmations
from moderation.access.session import Sessions, session_key
from moderation.audit.heads import Heads
from moderation.audit.witness import Witnesses
from moderation.backups import carrying_out, noes
from moderation.backups.tombstones import Again, Tombstones
from moderation.database import Clock, Database, Transaction
from moderation.desk.comments import Comments
from moderation.desk.desk import Desk
from moderation.desk.figures import DeskFigures
from moderation.desk.her_decision import SignOff
from moderation.desk.insight import Insight
from moderation.desk.log import DecisionLog
from moderation.desk.submission import Submissions
from moderation.desk.viewing import Viewing
from moderation.desk.wishes import DeskWishes
from moderation.examining.examination import Examination
from moderation.examining.protected import ProtectedPeople
from moderation.examining.references import Develop, Enter, References, no_registry
from moderation.home import Home, Kind
from moderation.keys import on_behalf
from moderation.keys import succession as key_succession
from moderation.keys.approval import Approvals
from moderation.keys.consent_word import ConsentWord
from moderation.keys.her_keys import HerKeys
from moderation.keys.her_word import HerWord
from moderation.keys.keyring import Keyring
from moderation.keys.on_behalf import OnBehalf
from moderation.keys.person_keys import PersonKeys
from moderation.money.earnings import Earnings
from moderation.money.payouts import Payouts
from moderation.money.statements import Statements
from moderation.notices.board import Board
from moderation.questions.answers import Questions
from moderation.reach import Reach
from moderation.rights import erasure
from moderation.rights.agency import AgencyView
from moderation.rights.agreements import Agreements
from moderation.rights.biometrics import measurable
from moderation.rights.ending import Endings, Settling
from moderation.rights.her_export import HerExport
from moderation.rights.recall import Recalls
from moderation.rights.receipt import Receipts, Seal
from moderation.rights.release import Releases
from moderation.rights.retention import Retention
from moderation.rights.rights import Rights
from moderation.vault.negatives import Negatives
from moderation.vault.restricted import References as Photographs
from moderation.vault.restricted import Weights
from moderation.vault.sealing import seal_home
from moderation.vault.vault import Vault

if TYPE_CHECKING:
    from moderation.enrolment.enrolments import Enrolments
    from moderation.enrolment.finishing import Finishing
    from moderation.enrolment.opened import Changing
    from moderation.examining.examiner import Examiner, Pictures, Say
    from moderation.examining.known import Limits
    from moderation.uploads.bases import Bases


class House:
    """What judges, signs and releases in one home."""

    def __init__(
        self, home: Home, clock: Clock, reach: Reach, develop: Develop, models: Path | None = None, enter: Enter = no_registry
    ) -> None:
        """`develop` makes the picture of a reference and `enter` enters one in the registry; `models` holds shipped models."""
        self._enter = enter
        self.home = home
        self._models = models
        self.clock = clock
        self.reach = reach
        self.heads = Heads(home.keys)
        self.tombstones = Tombstones(home.keys / "tombstones.jsonl")
        self.database = Database(home.database, clock, self.heads.sign)
        self.person_keys = PersonKeys(self.database, Keyring(home.keys / "persons"))
        self.vault = Vault(home.folder, self.person_keys)
        self.desk = Desk(self.database, self.vault, reach, tombstone=self.tombstones.noting(noes.KIND))
        self.submissions = Submissions(self.database, self.vault, self.desk, reach)
        self.negatives = Negatives(self.database, self.vault)
        self.keys = self._her_keys()
        self.word = HerWord(self.keys)
        self.consent_word = ConsentWord(self.database, self.keys, self.word)
        self.approvals = Approvals(self.database)
        self.signs = SignOff(self.database, self.vault, self.word, reach, tombstone=self.tombstones.noting(noes.KIND))
        self.releases = Releases(self.database, self.vault, reach)
        self.rights = Rights(self.database, reach, word=self.word, tombstone=self.tombstones.noting(carrying_out.KIND))
        self.recalls = Recalls(self.database)
        self.receipts = Receipts(self.database, self._seal_head, reach)
        self.notices = Board(self.database, home.keys, self._cookie_key, demo=home.kind is Kind.DEMO)
        self.settle = Settling((Endings(self.database, reach).sweep, self.receipts.issue, self._close_day, self.notices.tell))
        self.witnesses = Witnesses(self.database, self.heads)
        self.insight = Insight(self.database, self.settle)
        self.questions = Questions(self.database, self.settle, demo=home.kind is Kind.DEMO)
        self.viewing = Viewing(self.database, self.vault)
        self.decision_log = DecisionLog(self.database)
        self.desk_figures = DeskFigures(self.database)
        self.desk_wishes = DeskWishes(self.database)
        self.references = References(self.database, develop)
        self.agreements = Agreements(self.database)
        self.earnings = Earnings(self.database)
        self.statements = Statements(self.database)
        self.payouts = Payouts(self.database)

    def _her_keys(self) -> HerKeys:
        return HerKeys(
            self.database,
            lambda tx, account, proof: self.confirmations.spend(tx, account, proof),
            lambda account: self.confirmations.is_open(account),
            demo=self.home.kind is Kind.DEMO,
            tombstone=self.tombstones.noting(key_succession.KIND),
        )

    def _cookie_key(self) -> str:
        return session_key(self.home.keys / "session.key")

    def _close_day(self) -> None:
        self.heads.close(self.database)

    def _seal_head(self, tx: Transaction) -> Seal:
        head = self.heads.sign(tx)
        return Seal(head.line(), head.fingerprint, self.heads.attest)

    def _forget_protected(self) -> None:
        ProtectedPeople(self.database, Keyring(self.home.keys / "protected"), lambda: "").erase_expired()

    def at_every_turn(self) -> None:
        """What a worker does before each job, never two at a time: states after rights, retention daily, no destroyed face."""
        if self.tombstones.settle(self.database, self.again):
            self.erasure.resume()
        self.settle()
        self.retention.when_due()
        self.notices.send()
        self.forget_destroyed()

    def forget_destroyed(self) -> None:
        """What each worker does before each job: no destroyed face stays in its memory."""
        if "examiner" in self.__dict__:
            self.examiner.forget_destroyed()

    @property
    def again(self) -> Again:
        """By kind of tombstone, what does an act again in an older copy of the database."""
        return {
            carrying_out.KIND: lambda tx, stone: carrying_out.carry_out(tx, stone.facts),
            erasure.KIND: lambda tx, stone: self.erasure.again(tx, stone.facts),
            key_succession.KIND: lambda tx, stone: key_succession.follow_again(tx, stone.facts),
            noes.KIND: lambda tx, stone: noes.say_again(tx, stone.facts),
            on_behalf.KIND: lambda tx, stone: on_behalf.end_again(tx, stone.subject, stone.facts),
            account_ends.KIND: lambda tx, stone: account_ends.end_again(tx, stone.subject, stone.facts),
        }

    def catch_up(self) -> None:
        """Begin the tombstone file of a new home, and carry out what a crash kept from being carried out."""
        self.tombstones.settle(self.database, self.again)
        self.erasure.resume()

    @cached_property
    def erasure(self) -> erasure.Erasure:
        """How a person has herself erased."""
        return erasure.Erasure(
            self.database,
            self.vault,
            self.person_keys,
            self.rights,
            self.reach,
            word=self.word,
            tombstone=self.tombstones.noting(erasure.KIND),
            head=lambda tx: self.heads.sign(tx).line(),
        )

    @cached_property
    def retention(self) -> Retention:
        """What destroys what is over."""
        return Retention(self.database, self.vault, self.reach, also=(self._forget_protected,))

    @cached_property
    def export(self) -> HerExport:
        """A person's copy of everything about her."""
        return HerExport(self.database, self.vault, self.comments)

    @cached_property
    def photographs(self) -> Photographs:
        """The photographs by which people enrolled."""
        return Photographs(self.database, self.vault)

    @cached_property
    def weights(self) -> Weights:
        """What was trained on single twins."""
        return Weights(self.database, self.vault)

    @cached_property
    def comments(self) -> Comments:
        """What is said beside images."""
        return Comments(self.database, self.person_keys)

    @cached_property
    def behalf(self) -> OnBehalf:
        """How an agency says no for her, where she allows it."""
        noted = self.tombstones.noting
        return OnBehalf(self.database, self.word, tombstone=noted(on_behalf.KIND), tombstone_of_no=noted(noes.KIND))

    @cached_property
    def agency(self) -> AgencyView:
        """What an agency sees of its people."""
        return AgencyView(self.database)

    @cached_property
    def accounts(self) -> Accounts:
        """Who may come in."""
        return Accounts(self.database, PasswordHash.recommended(), self.tombstones.noting(account_ends.KIND))

    @cached_property
    def confirmations(self) -> Confirmations:
        """Who gave her password once more."""
        return Confirmations(self.accounts)

    @cached_property
    def sessions(self) -> Sessions:
        """Who is in."""
        return Sessions(self.database)

    @cached_property
    def examiner(self) -> "Examiner":
        """Who looks at the faces; OpenCV and ONNX take seconds to import, and most commands never look at one."""
        from moderation.examining.examiner import Examiner

        return Examiner(
            self.database,
            self.home.folder / "packs",
            keys=self.home.keys / "protected",
            blend=self._models and self._models / "blend",
            pose=self._models and self._models / "pose",
            persons=self.person_keys,
            may_keep=lambda: measurable(self.database.rows, _now(self.clock)),
        )

    @property
    def examination(self) -> Examination:
        """The safeguards that every image passes."""
        return self.examiner.examination

    @cached_property
    def enrolments(self) -> "Enrolments":
        """Photographs of people on their way to become twins."""
        from moderation.enrolment.enrolments import Enrolments

        demo, eyes = self.home.kind is Kind.DEMO, lambda: self.examiner
        return Enrolments(self.database, self.vault, self.photographs, self.person_keys, eyes, demo=demo, reach=self.reach)

    @property
    def changing(self) -> "Changing":
        """How the photographs of somebody who is enrolled are changed."""
        from moderation.enrolment.opened import Changing

        return Changing(self.database, self.enrolments)

    @cached_property
    def finishing(self) -> "Finishing":
        """How an enrolment ends."""
        from moderation.enrolment.finishing import Finishing

        return Finishing(self.database, self.vault, self.enrolments, lambda: self.examiner, self._enter, self.reach)

    @cached_property
    def bases(self) -> "Bases":
        """Pictures that creatives hand in to have a part of them repainted."""
        from moderation.uploads.bases import Bases

        return Bases(self.database, self.vault, self.submissions, lambda: self.examiner)

    def limits(self) -> "Limits":
        """Every twin's limits with the face pack in use. Raises PackRefused without one."""
        return self.examiner.limits()

    def prepare(self, references: "Pictures", say: "Say", shipped: Path | None = None) -> None:
        """Seal what lies in the clear, destroy what is over, and make models and faces ready; see `Examiner.prepare`."""
        if not self.database.is_held:
            seal_home(self.database, self.vault, say, self.reach)
            self.retention.when_due()
        self.examiner.prepare(references, say, shipped)

    def ship_templates(self, references: "Pictures", file: Path) -> str:
        """Measure all references into `file`; a sentence saying how many."""
        return f"{self.examiner.measure_beforehand(references, file)} references were measured into {file}."


def _now(clock: Clock) -> str:
    return clock().isoformat(timespec="microseconds")
