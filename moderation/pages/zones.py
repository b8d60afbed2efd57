"""The zones of the moderation domain, and the pieces of theirs that the studio page shows too."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from moderation.access.account import Account, Role
from moderation.access.administration import Working
from moderation.access.answers import Linked
from moderation.access.decisions import Log, decision_routes
from moderation.access.guard import Guard
from moderation.access.her_data import HerData, her_data_routes
from moderation.access.insights import insight_routes
from moderation.access.media import Pictures
from moderation.access.money import Money, money_routes
from moderation.access.notices import notice_routes
from moderation.access.papers import Documents, Drafts, Shelf, paper_routes
from moderation.access.password import password_routes
from moderation.access.revocation import revocation_routes
from moderation.access.routes import Front, Portrait
from moderation.access.server import Parts, Zone
from moderation.access.session import session_key
from moderation.access.signing import Signing, signing_routes
from moderation.access.witness import witness_routes
from moderation.desk.signoff import REASON_WORDS
from moderation.house import House
from moderation.keys.her_drafts import HerDrafts
from moderation.money.payouts import minor_of
from moderation.pages.administration import Engines, administration_router
from moderation.pages.agency import Written, agency_routers
from moderation.pages.comments import comments_html
from moderation.pages.decision_lines import decision_lines
from moderation.pages.desk import DESK_HEAD, build_desk
from moderation.pages.enrolment import Painter, enrolment_router
from moderation.pages.her_key import HER_HEAD
from moderation.pages.inbox import header_html
from moderation.pages.insights import insights_html
from moderation.pages.my_twin import build_my_twin
from moderation.pages.papers import document_html, draft_html, shelf_html, unsigned_strip
from moderation.pages.ports import DeskPorts, HerPorts
from moderation.pages.recalls import her_list, strip
from moderation.pages.repainting import Repaints, repainting_router
from moderation.pages.scales import scales_page
from moderation.pages.statement import StatementPages
from moderation.pages.story import story_html
from moderation.pages.taken_back import taken_back_pages
from moderation.pages.theme import PaperTheme
from moderation.rights.periods import periods


class _Looks(Protocol):
    def picture(self, name: str, /) -> bytes: ...


class _Named(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


class Twins(Protocol):
    """What the site shows of the other domain: portraits and cast of a demo, named looks, and what is written of rights."""

    @property
    def papers(self) -> tuple[Documents, Drafts]: ...
    @property
    def bureau(self) -> Written: ...
    @property
    def engines(self) -> Engines: ...
    @property
    def lookbook(self) -> _Looks: ...
    def painters_of_people(self) -> Sequence[Painter]: ...
    def workers(self) -> Sequence[Working]: ...
    def portrait(self, twin_id: str, /) -> bytes: ...
    def cast(self) -> Sequence[_Named]: ...


class Furniture:
    """What every zone shares: its head, an image's story, and its dress; `demo` shows banner and role switch."""

    def __init__(self, house: House, theme_folder: Path, *, demo: bool) -> None:
        self._house = house
        self._styles = [theme_folder / "tokens.css", theme_folder / "gradio.css"]
        self._demo = demo

    def header(self, account: Account) -> str:
        """The head of a page as HTML: where one is, what waits, sign-out."""
        cast = self._house.accounts.without_password() if self._demo else None
        waiting = self._house.insight.inbox(account)
        head = header_html(account, waiting, demo=cast, unread=self._house.notices.inbox.unread(account))
        waits = unsigned_strip(self._house.agreements.unsigned(account))
        return str(head + waits + strip(self._house.recalls.open_of(account)))

    def story(self, account: Account, render_id: str) -> str:
        """The story of an image as HTML. Raises NotFound."""
        told = story_html(self._house.insight.story(account, render_id), account.role, self._house.clock())
        return str(told + comments_html(self._house.comments.of(account, render_id), self._house.clock()))

    def dress(self, head: str = "") -> dict[str, object]:
        """Theme, style sheets and head of a zone."""
        return {"theme": PaperTheme(), "css_paths": self._styles, "head": head}


def moderation_zones(house: House, furniture: Furniture, guard: Guard) -> list[Zone]:
    """The review desk and the person's own page."""
    desk = DeskPorts(
        header=furniture.header,
        reads=house.insight,
        references=house.references.of_image,
        reviews=house.desk,
        remarks=house.comments,
        figures=house.desk_figures.of,
        wishes=house.desk_wishes,
        now=house.clock,
    )
    hers = HerPorts(
        header=furniture.header,
        reads=house.insight,
        signs=house.signs,
        rights=house.rights,
        agreements=house.agreements.of,
        share=house.earnings.share,
        payments=house.earnings.payments,
        key=house.keys.standing,
        now=house.clock,
        taken=lambda account: str(her_list(house.receipts.of_her(account), house.recalls.of_her(account), house.clock())),
    )
    return [
        Zone("/review", Role.MODERATOR, build_desk(desk, guard(Role.MODERATOR)), furniture.dress(DESK_HEAD)),
        Zone("/me", Role.MODEL, build_my_twin(hers, guard(Role.MODEL)), furniture.dress(HER_HEAD)),
    ]


def parts_of(
    house: House,
    twins: Twins,
    repaints: Repaints,
    proof: Callable[[Account, str, str, str, str], bytes],
    *,
    assets: Path,
    refusals: tuple[type[Exception], ...],
    missing: tuple[type[Exception], ...],
) -> Parts:
    """The objects behind the routes; `proof` develops for the light table, `assets` holds the packs and what was measured."""
    pictures = Pictures(
        preview=house.viewing.preview,
        progress=house.viewing.progress,
        portrait=lambda _, twin_id: twins.portrait(house.person_keys.still_here(twin_id)),
        reference=house.references.picture,
        look=lambda _, name: twins.lookbook.picture(name),
        grant=house.releases.grant,
        open_download=house.releases.open_download,
        proof=proof,
    )
    key, front = session_key(house.home.keys / "session.key"), Front(lambda: _still_here(house, twins), house.insight.inbox)
    scales = scales_page(house.limits, assets / "packs")
    routers = (
        lambda _: signing_routes(_signing(house)),
        lambda pages: paper_routes(pages, _shelf(house, *twins.papers, missing)),
        lambda pages: revocation_routes(pages, taken_back_pages(house)),
        witness_routes(house.witnesses),
        lambda pages: her_data_routes(pages, _her_data(house)),
        lambda pages: money_routes(pages, _money(house)),
        enrolment_router(house, twins),
        repainting_router(house, repaints),
        lambda pages: decision_routes(pages, _decisions(house)),
        *agency_routers(house, twins.bureau, refusals, missing),
        administration_router(house, lambda: twins.engines, assets, twins.workers),
        lambda pages: password_routes(pages, house.accounts, house.sessions, house.confirmations),
        lambda pages: notice_routes(pages, house.notices.inbox, house.notices.links, house.settle),
        lambda pages: insight_routes(pages, lambda account: insights_html(house.questions.for_account(account))),
    )
    return Parts(key, house.accounts, house.sessions, pictures, front, scales, refusals, missing, routers, partial(_links, house))


def _links(house: House, account: Account | None) -> Linked:
    unread = None if account is None else house.notices.inbox.unread(account)
    return Linked(figures=house.questions.may_read(account), unread=unread)


def _still_here(house: House, twins: Twins) -> list[Portrait]:
    return [Portrait(one.id, one.name) for one in twins.cast() if not house.person_keys.is_erased_twin(one.id)]


def _her_data(house: House) -> HerData:
    return HerData(house.export.package, house.erasure, house.confirmations, house.sessions, periods())


def _decisions(house: House) -> Log:
    reasons = [(reason.value, words) for reason, words in REASON_WORDS.items()]
    return Log(house.decision_log, decision_lines(house.desk.undoable), house.desk.undo, reasons, house.clock)


def _money(house: House) -> Money:
    return Money(StatementPages(house.statements, house.payouts, house.clock), house.payouts.record, minor_of)


def _shelf(house: House, documents: Documents, drafts: Drafts, missing: tuple[type[Exception], ...]) -> Shelf:
    open_, hers = house.keys.needs_no_password, HerDrafts(house.database, drafts, missing)
    return Shelf(documents, hers, house.consent_word.statement, open_, document_html, draft_html, shelf_html)


def _signing(house: House) -> Signing:
    return Signing(house.keys, house.confirmations, house.sessions.note_attempt, house.signs, house.rights, house.approvals.proof)
