"""What the command line does about notices: where they go outside the studio, and whether they go at all."""

from argparse import Namespace
from collections.abc import Callable

from moderation.access.account import Account, Role
from moderation.access.accounts import Accounts
from moderation.errors import BadRequest, NotYours
from moderation.notices.mail import PostOffice, PostOffices
from moderation.notices.queue import Queue
from moderation.notices.ways import Ways
from moderation.questions.answers import Questions
from moderation.questions.reader import FEWEST

SECRET = """{login}'s notices go to this webhook too. What it receives is signed with this secret, which is not told again:
{secret}
The header twin-studio-signature is t=SECONDS,v1=HMAC-SHA-256(secret, "SECONDS.BODY") in hex; refuse what is old."""


def notices(
    ways: Ways, offices: PostOffices, queue: Queue, accounts: Accounts, asked: Namespace, ask_password: Callable[[str], str]
) -> str:
    """What `notices` answers: `asked.act` in the name of `asked.login`. Raises NotYours, NotFound, BadRequest, KeyUnusable."""
    if asked.act == "show":
        return _shown(ways, offices, queue)
    by = accounts.by_login(asked.login)
    match asked.act:
        case "on":
            ways.switch(by, asked.site)
            return f"Notices are sent from now on; their links lead to {ways.site()}."
        case "off":
            ways.switch(by, None)
            return "Nothing is sent any more; what waited is given up."
        case "mail":
            password = ask_password(f"{asked.user} at {asked.host}") if asked.user else ""
            offices.set(by, PostOffice(asked.host, asked.port, asked.security, asked.sender, asked.user or "", password))
            return f"Mail is handed in at {asked.host}:{asked.port}."
        case "add":
            return _added(ways, by, accounts.by_login(asked.to), asked)
        case _:
            ways.remove(by, accounts.by_login(asked.to), asked.kind)
            return f"No more {asked.kind} goes to {asked.to}; the address is forgotten."


def insights(questions: Questions, accounts: Accounts, asked: Namespace) -> str:
    """Open the coarse figures of a studio to everybody, or close them. Raises NotFound, NotYours."""
    by = accounts.by_login(asked.login)
    if by.role is not Role.ADMINISTRATOR:
        raise NotYours("Only an administrator opens the figures to everybody.")
    questions.open(by, opened=asked.act == "open")
    if asked.act == "open":
        return f"Everybody may read /insights now; no figure there tells of fewer than {FEWEST} images or people."
    return "Only administrators and agencies read /insights now."


def _added(ways: Ways, by: Account, to: Account, asked: Namespace) -> str:
    if asked.webhook:
        return SECRET.format(login=to.login, secret=ways.add_webhook(by, to, asked.webhook))
    if not asked.mail:
        raise BadRequest("Say where: --mail ADDRESS or --webhook URL.")
    ways.add_mail(by, to, asked.mail)
    return f"{to.login}'s notices go by e-mail too."


def _shown(ways: Ways, offices: PostOffices, queue: Queue) -> str:
    """Everything but addresses and secrets."""
    site, office = ways.site(), offices.get()
    lines = [
        f"Notices are sent, with links to {site}."
        if site
        else "Nothing is sent outside; twin-studio notices on changes that, but never in a demo."
    ]
    lines.append(
        f"Mail is handed in at {office.host}:{office.port} over {office.security}." if office else "No post office is set."
    )
    lines += [f"{row['login']:<20} {row['kind']:<8} since {row['added_at'][:10]}" for row in ways.listing()]
    counts = queue.counts()
    return "\n".join([*lines, *(f"{counts[state]} {state}" for state in ("waiting", "sent", "given up") if counts.get(state))])
