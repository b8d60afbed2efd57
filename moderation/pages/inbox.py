"""The head of every page: the studio's name, where one is, what waits for one, the demo's role switch, and sign-out."""

from collections.abc import Sequence

from markupsafe import Markup

from moderation.access.account import Account, Role
from moderation.insight import Waiting

PLACES = {
    Role.CREATIVE: "Studio",
    Role.MODERATOR: "Review desk",
    Role.MODEL: "My twin",
    Role.AGENCY: "Agency",
    Role.ADMINISTRATOR: "Administration",
}


def header_html(account: Account, waiting: Sequence[Waiting], *, demo: Sequence[Account] | None = None) -> Markup:
    """The head for this account; `demo` are the accounts a demo can be entered as, None in a studio."""
    return Markup(
        '{banner}<header class="ts-header"><a class="ts-name" href="/">Twin Studio</a><span class="ts-place">{place}</span>'
        '<nav class="ts-waits" aria-label="Waiting for you">{inbox}{switch}<span class="ts-who">{name}</span>'
        '<button type="button" data-post="/sign-out">Sign out</button></nav></header>'
    ).format(
        banner=_banner() if demo is not None else "",
        place=PLACES[account.role],
        inbox=_inbox(waiting),
        switch=_switch(account, demo or ()),
        name=account.name,
    )


def _banner() -> Markup:
    return Markup('<p class="ts-banner" role="note"><b>Demo.</b> These people do not exist.</p>')


def _inbox(waiting: Sequence[Waiting]) -> Markup:
    if not waiting:
        return Markup('<span class="ts-inbox" data-count="0"><b>0</b>Nothing waits for you</span>')
    first = waiting[0]
    rest = "; ".join(f"{item.count} {item.words}" for item in waiting[1:])
    more = Markup(' <span class="ts-quiet" title="{0}">and {1} more<span class="ts-hidden">: {0}</span></span>').format(
        rest, sum(item.count for item in waiting[1:])
    )
    return Markup('<span class="ts-inbox" data-count="{0}"><b>{0}</b>{1}{2}</span>').format(
        first.count, first.words, more if rest else ""
    )


def _switch(account: Account, demo: Sequence[Account]) -> Markup:
    others = [other for other in demo if other.id != account.id]
    if not others:
        return Markup("")
    doors = Markup("").join(
        Markup('<li><button type="button" data-post="/demo/enter/{}">{} <span class="ts-quiet">{}</span></button></li>').format(
            other.login, other.name, other.role.value
        )
        for other in others
    )
    return Markup('<details class="ts-switch"><summary>Be somebody else</summary><ul>{}</ul></details>').format(doors)
