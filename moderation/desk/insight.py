"""What pages read about images: cards for lists, the story of one, and what waits for whom; nothing here writes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from moderation.access.account import Account, Role
from moderation.database import Database
from moderation.desk.claims import WAITING, eligible
from moderation.desk.decisions import not_found, require
from moderation.desk.insight_rows import CARDS, COPIES, DECISIONS, DOWNLOADS, ESCALATIONS, FINDINGS, HISTORY, LINES, RELEASE
from moderation.desk.insight_scope import sees, shows_picture, steps, why_gone
from moderation.desk.moves import Row
from moderation.desk.signoff import State
from moderation.errors import NotFound
from moderation.rights.recall import TO_DELETE

_UNSIGNED = "SELECT count(*) AS n FROM consent_draft WHERE ended_at IS NULL AND person_id = ?"
PAGE = 200
"""How many cards a list holds at most."""


@dataclass(frozen=True)
class Card:
    """One image as a list shows it; times are ISO text in UTC, the fee is in minor units.

    `use_ends_at` is when a released image may no longer be used: sooner than its licence ends if she took it back.
    `sealed_sha256` is what an approval must carry; `her_no` whether she refused it herself; `picture` says whether this
    account may look at it, `gone` why nobody can any more; `steps` are the words of what the account can do next.
    `escalated_by` names, to moderators alone, who asked for a second pair of eyes; `appealed` that its maker asked for one.
    """

    render_id: str
    state: str
    version: int
    twin_id: str
    twin_name: str
    person_name: str
    brand_name: str
    shoot_id: str
    shoot_title: str
    parent_id: str | None
    maker_id: str
    painter: str
    seed: int
    look: Mapping[str, Any]
    campaign: str
    advertiser: str
    product_line: str
    territory: str
    uses: Any
    media: Any
    fee_minor: int
    currency: str
    payment_days: int
    licence_starts_at: str
    licence_ends_at: str
    use_ends_at: str
    sealed_sha256: str | None
    preview_sha256: str | None
    width: int | None
    height: int | None
    verdict: str | None
    claimed_by: str | None
    claimed_by_name: str | None
    claimed_until: str | None
    failure: str | None
    created_at: str
    moved_at: str
    her_no: bool
    picture: bool
    gone: str
    steps: tuple[str, ...]
    escalated_by: str | None = None
    appealed: bool = False

    @property
    def shown_sha256(self) -> str | None:
        """The hash of its preview, where this account may look at it."""
        return self.preview_sha256 if self.picture else None


@dataclass(frozen=True)
class Story:
    """Everything about one image that the account may know.

    `findings` are those of the last examination, in their order; `decisions`, `downloads` and `history` are oldest
    first and carry names and times; `lines` are the account's own side of the money, `escalations` for moderators alone,
    `copies` the smaller ones that were released with the file, the largest first.
    """

    card: Card
    maker_name: str
    recipe: Mapping[str, Any] | None
    submission: Mapping[str, Any] | None
    findings: tuple[Row, ...]
    decisions: tuple[Row, ...]
    release: Row | None
    downloads: tuple[Row, ...]
    lines: tuple[Row, ...]
    history: tuple[Row, ...]
    escalations: tuple[Row, ...] = ()
    copies: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Waiting:
    """One kind of thing that waits: its key, a sentence without the number, how many, and the oldest of them."""

    key: str
    words: str
    count: int
    cards: tuple[Card, ...] = field(default=())


_INBOX: dict[Role, tuple[tuple[str, str, str], ...]] = {
    Role.CREATIVE: (
        ("release", "approved by her and ready for you to release", "render.state = 'approved'"),
        ("change", "she asks for a change", "render.state = 'change asked'"),
        ("blocked", "stopped by a safeguard", "render.state = 'blocked'"),
        ("refused", "refused", "render.state = 'refused'"),
        ("failed", "could not be painted", "render.state = 'failed'"),
    ),
    Role.MODERATOR: (("review", "waiting for a moderator", f"render.state = 'in review' AND {eligible('render')}"),),
    Role.MODEL: (("decide", "waiting for your decision", "render.state = 'her turn'"),),
    Role.AGENCY: (("decide", "waiting for one of your people", "render.state = 'her turn'"),),
    Role.ADMINISTRATOR: (("failed", "could not be painted", "render.state = 'failed'"),),
}


class Insight:
    """Reads for pages, each limited to what the account may see; a foreign or unknown id is NotFound."""

    def __init__(self, database: Database, settle: Callable[[], object] = lambda: None) -> None:
        """`settle` brings states after rights that have ended; it is called before each read."""
        self._database = database
        self._settle = settle

    def card(self, account: Account, render_id: str) -> Card:
        """One image as a card."""
        cards = self._cards(account, "render.id = :render_id", render_id=render_id)
        if not cards:
            raise not_found()
        return cards[0]

    def shoot_renders(self, account: Account, shoot_id: str, limit: int = PAGE) -> tuple[Card, ...]:
        """The images of one shoot, newest first; NotFound for another brand's shoot, or one without images of one's own."""
        mine = self._database.rows("SELECT 1 FROM shoot WHERE id = ? AND brand_id = ?", [shoot_id, account.brand_id])
        cards = self._cards(account, "render.shoot_id = :shoot_id", newest_first=True, limit=limit, shoot_id=shoot_id)
        if not mine and not cards:
            raise NotFound("There is no such shoot.")
        return cards

    def queue_for(self, moderator: Account) -> tuple[Card, ...]:
        """What this moderator may judge, the longest waiting first; claims of others are told. NotYours for others."""
        require(moderator, Role.MODERATOR, "Only a moderator reviews images.")
        return self._cards(moderator, _INBOX[Role.MODERATOR][0][2], by="moved_at")

    def waiting_for_her(self, person: Account) -> tuple[Card, ...]:
        """The images that wait for her decision, oldest first. NotYours for other roles."""
        require(person, Role.MODEL, "Only she herself decides about images of her twin.")
        return self._cards(person, "render.state = 'her turn'")

    def images_of_her(self, person: Account, *states: State) -> tuple[Card, ...]:
        """All images of her twins in any of `states` (all states when none is named), newest first."""
        require(person, Role.MODEL, "These are images of somebody else.")
        named = json.dumps([state.value for state in (states or tuple(State))])
        return self._cards(person, "render.state IN (SELECT value FROM json_each(:states))", newest_first=True, states=named)

    def inbox(self, account: Account, cards: int = 5) -> tuple[Waiting, ...]:
        """What waits for this account, by kind, each with its number and the `cards` oldest; kinds of zero are left out."""
        found = []
        for key, words, test in _INBOX[account.role]:
            count = self._count(account, test)
            if count:
                by = "moved_at" if account.role is Role.MODERATOR else "created_at"
                found.append(Waiting(key, words, count, self._cards(account, test, limit=cards, by=by)))
        recalls = self._database.rows(TO_DELETE, [account.brand_id])[0]["n"]
        unsigned = self._database.rows(_UNSIGNED, [account.person_id])[0]["n"]
        if unsigned:
            found.append(Waiting("consent", "consent to read" if unsigned == 1 else "consents to read", unsigned))
        return (Waiting("recall", "recalled, to be deleted by you", recalls), *found) if recalls else tuple(found)

    def story(self, account: Account, render_id: str) -> Story:
        """The whole story of one image."""
        card = self.card(account, render_id)
        rows = self._database.rows
        makers = rows("SELECT name FROM account WHERE id = ?", [card.maker_id])
        recipes = rows("SELECT recipe FROM recipe WHERE render_id = ?", [render_id])
        submissions = rows("SELECT * FROM submission WHERE render_id = ?", [render_id])
        releases = rows(RELEASE, [render_id])
        side, values = _own_side(account)
        return Story(
            card=card,
            maker_name=makers[0]["name"] if makers else "",
            recipe=json.loads(recipes[0]["recipe"]) if recipes else None,
            submission=submissions[0] if submissions else None,
            findings=tuple({**row, "evidence": json.loads(row["evidence"])} for row in rows(FINDINGS, [render_id])),
            decisions=tuple(rows(DECISIONS, [render_id])),
            release=releases[0] if releases else None,
            copies=tuple(rows(COPIES, [render_id])),
            downloads=tuple(rows(DOWNLOADS, [render_id])),
            lines=tuple(rows(f"{LINES} AND {side} ORDER BY n.position", {"render_id": render_id, **values})),
            history=tuple({**row, "facts": json.loads(row["facts"])} for row in rows(HISTORY, [render_id])),
            escalations=tuple(rows(ESCALATIONS, [render_id])) if account.role is Role.MODERATOR else (),
        )

    def _count(self, account: Account, test: str) -> int:
        self._settle()
        scope, values = sees(account)
        asked = f"SELECT count(*) AS n FROM render WHERE {scope} AND {test}"
        return int(self._database.rows(WAITING if account.role is Role.MODERATOR else asked, values)[0]["n"])

    def _cards(
        self, account: Account, test: str, *, limit: int = PAGE, newest_first: bool = False, by: str = "created_at", **values: Any
    ) -> tuple[Card, ...]:
        self._settle()
        scope, own = sees(account)
        order = "DESC" if newest_first else "ASC"
        sort = f"ORDER BY render.{by} {order}, render.id {order}"
        # First which images, in the order of an index; then everything about these few alone.
        rows = self._database.rows(
            f"{CARDS} WHERE render.id IN (SELECT render.id FROM render WHERE {scope} AND {test} {sort} LIMIT :limit) {sort}",
            {**own, **values, "limit": limit, "now": self._database.clock().isoformat(timespec="microseconds")},
        )
        return tuple(_card(account, row) for row in rows)


_JSON_COLUMNS = ("look", "uses", "media")


def _card(account: Account, row: Row) -> Card:
    gone = why_gone(erased=bool(row["erased"]), removed_at=row["removed_at"])
    whole = {
        **row,
        **{name: json.loads(row[name]) for name in _JSON_COLUMNS},
        "render_id": row["id"],
        "licence_starts_at": row["starts_at"],
        "licence_ends_at": row["ends_at"],
        "use_ends_at": row["recalled_from"] or row["ends_at"],
        "her_no": bool(row["her_no"]),
        "escalated_by": row["escalated_by"] if account.role is Role.MODERATOR else None,
        "appealed": bool(row["appealed"]),
        "picture": not gone and shows_picture(account, row["state"]),
        "gone": gone,
        "steps": ()
        if row["recalled_from"] and account.role is Role.MODEL
        else steps(account, row["state"], own=row["maker_id"] == account.id, her_no=bool(row["her_no"])),
    }
    return Card(**{name: whole[name] for name in Card.__dataclass_fields__})


def _own_side(account: Account) -> tuple[str, dict[str, Any]]:
    """Which ledger lines an account sees: a brand its own, she and her agency all, a moderator none."""
    if account.role is Role.CREATIVE:
        return "n.party = 'brand' AND n.party_id = :brand_id", {"brand_id": account.brand_id}
    return ("0" if account.role is Role.MODERATOR else "1"), {}
