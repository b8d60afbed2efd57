"""The lines of the decision log in words."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup

from moderation.access.account import Account, Role
from moderation.desk.log import PAGE
from moderation.desk.moves import Row
from moderation.desk.second import LEANINGS
from moderation.desk.signoff import REASON_WORDS, Reason
from moderation.pages.markup import age, chip, day

TOLD: dict[str, tuple[str, str]] = {
    "pass": ("passed on", "her turn"),
    "refuse": ("refused", "refused"),
    "undo": ("taken back", "in review"),
    "escalate": ("left to another", "in review"),
    "appeal": ("second look asked for", "in review"),
    "approve": ("approved by her", "approved"),
    "change": ("change asked", "change asked"),
}
_HERS = {"refuse": ("refused by her", "refused"), "undo": ("approval taken back", "her turn")}


def took(seconds: float | None) -> str:
    """A span in its largest unit: 18 minutes; empty for none."""
    if seconds is None:
        return ""
    if seconds < 45:
        return "under a minute"
    start = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
    return age(start.isoformat(), start + timedelta(seconds=seconds)).removesuffix(" ago")


def decision_lines(undoable: Callable[[Account, int], Sequence[Row]]) -> Callable[[Account, Sequence[Row], datetime], Any]:
    """Words rows of the log; `version` is that of the image where the reader can still take this very decision back."""

    def lines(account: Account, rows: Sequence[Row], now: datetime) -> list[dict[str, Any]]:
        own = undoable(account, PAGE) if account.role is Role.MODERATOR else ()
        open_ = {row["id"]: row["version"] for row in own}
        return [{**_line(row, now), "version": open_.get(row["id"])} for row in rows]

    return lines


def _exactly(text: str, now: datetime) -> Markup:
    """The day and the minute, since a log is held against other records; how long ago shows on hover."""
    told = f"{day(text)}, {datetime.fromisoformat(text):%H:%M}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(text, age(text, now), told)


def _line(row: Row, now: datetime) -> dict[str, Any]:
    hers = row["what"] == "her"
    word, state = (_HERS if hers else {}).get(row["choice"]) or TOLD[row["choice"] if hers else row["what"]]
    if row["by_role"] == Role.AGENCY:
        word = "refused for her"
    reason = REASON_WORDS[Reason(row["reason_code"])] if row["reason_code"] else ""
    leaning = f"{LEANINGS[row['choice']].capitalize()}" if row["what"] == "escalate" else ""
    return {
        "at": _exactly(row["decided_at"], now),
        "image": row["render_id"],
        "twin": row["twin_name"],
        "brand": row["brand_name"],
        "chip": chip(word, state),
        "taken_back": bool(row["taken_back"]),
        "by": row["by_name"],
        "role": row["by_role"],
        "waited": took(row["waited"]),
        "why": ". ".join(part for part in (reason, leaning, row["note"]) if part),
    }
