"""The head of every page: the studio's name, where one is, what waits for one, the demo's role switch, and sign-out."""

from collections.abc import Sequence

from markupsafe import Markup

from moderation.access.account import Account, Role
from moderation.desk.insight import Waiting

PLACES = {
    Role.CREATIVE: "Studio",
    Role.MODERATOR: "Review desk",
    Role.MODEL: "My twin",
    Role.AGENCY: "Agency",
    Role.ADMINISTRATOR: "Administration",
}


MORE: dict[Role, tuple[tuple[str, str], ...]] = {
    Role.MODEL: (("/my-agency", "My agency"), ("/my-data", "My data"), ("/witness", "Be a witness")),
}
"""Further pages of a role, as (address, words), which stand in the head of its own page."""


def header_html(
    account: Account, waiting: Sequence[Waiting], *, demo: Sequence[Account] | None = None, unread: int = 0
) -> Markup:
    """The head for this account; `demo` are the accounts a demo can be entered as, None in a studio; `unread` notices."""
    return Markup(
        '{banner}<header class="ts-header"><a class="ts-name" href="/">Twin Studio</a><span class="ts-place">{place}</span>{more}'
        '<nav class="ts-waits" aria-label="Waiting for you">{inbox}{who}</nav>'
        '<button type="button" data-post="/sign-out">Sign out</button></header>'
    ).format(
        banner=_banner() if demo is not None else "",
        place=PLACES[account.role],
        more=_more((("/notices", f"Notices ({unread} new)" if unread else "Notices"), *MORE.get(account.role, ()))),
        inbox=_inbox(waiting),
        who=_who(account, demo or ()),
    )


def _more(pages: Sequence[tuple[str, str]]) -> Markup:
    if not pages:
        return Markup("")
    links = Markup("").join(Markup('<a href="{}">{}</a>').format(*page) for page in pages)
    return Markup('<nav class="ts-more" aria-label="More">{}</nav>').format(links)


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


def _who(account: Account, demo: Sequence[Account]) -> Markup:
    """The name of who is signed in; in a demo it opens a list of whom one can be instead."""
    others = [other for other in demo if other.id != account.id]
    if not others:
        return Markup('<span class="ts-who">{}</span>').format(account.name)
    doors = Markup("").join(
        Markup('<li><button type="button" data-post="/demo/enter/{}">{} <span class="ts-quiet">{}</span></button></li>').format(
            other.login, other.name, other.role.value
        )
        for other in others
    )
    return Markup(
        '<details class="ts-switch"><summary><b class="ts-who">{}</b> <span>be somebody else</span></summary>'
        "<ul>{}</ul></details>"
    ).format(account.name, doors)
