"""What a statement shows: who is owed what and since when, each line with its price, and the head of the audit chain."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from markupsafe import Markup

from moderation.access.account import Account
from moderation.errors import NotFound
from moderation.money.payouts import Payouts
from moderation.money.statement_csv import statement_csv
from moderation.money.statements import Entry, Payee, Statement, Statements, Sum, month_of
from moderation.pages.bars import bars_svg
from moderation.pages.markup import chip, day, facts, figures, money, until

KINDS = {
    "creation_fee": "creation, for the whole licence",
    "usage_fee": "use of one image",
    "commission": "commission",
    "creative_share": "share in the look",
    "refund": "paid back",
    "payout": "paid out",
}
PARTIES = {"person": "People", "agency": "Agencies", "author": "People behind looks"}


@dataclass(frozen=True)
class Sheet:
    """A statement's page: its heading, its body, and what a payout form may offer (currency and what is owed), if any."""

    title: str
    body: Markup
    payee: Payee
    month: str
    owed: tuple[tuple[str, str], ...]

    @property
    def address(self) -> str:
        """Where the page is."""
        return address(self.payee, self.month)


class StatementPages:
    """The pages over the statements an account may read; `now` gives aware UTC times."""

    def __init__(self, statements: Statements, payouts: Payouts, now: Callable[[], datetime]) -> None:
        self._statements = statements
        self._payouts = payouts
        self._now = now

    def overview(self, account: Account) -> Markup:
        """Everybody whose statements this account may read, with what is owed. Raises NotFound for roles that read none."""
        month = month_of(self._now().isoformat())
        drawn = [self._statements.drawn(one, month) for one in self._statements.payees(account)]
        parts = []
        for party, title in PARTIES.items():
            mine = [one for one in drawn if one.payee.party == party]
            if mine:
                rows = [self._row(one) for one in mine]
                table = figures(("name", "owed", "overdue", "this month", "statement"), rows)
                parts.append(Markup("<h2>{}</h2>{}").format(title, table))
        return Markup("").join(parts)

    def _row(self, one: Statement) -> tuple[str | Markup, ...]:
        late = late_by_currency(one, self._now())
        overdue = Markup("{} {}").format(chip("overdue", "refused"), _late_words(late)) if late else "nothing"
        link = Markup('<a href="{}">{}</a>').format(address(one.payee, one.month), month_words(one.month))
        this_month = " and ".join(money(total.received_minor, total.currency) for total in one.sums if total.received_minor)
        return one.payee.name, owed_words(one.sums) or "nothing", overdue, this_month or "nothing", link

    def sheet(self, account: Account, party: str, party_id: str, month: str) -> Sheet:
        """One statement's page. Raises NotFound."""
        one = self._statements.of(account, party, party_id, month)
        pays = self._payouts.may_pay(account, party, party_id)
        owed = tuple((two.currency, money(two.open_minor, two.currency)) for two in one.sums if two.open_minor > 0)
        title = f"{one.payee.name}, {month_words(month)}"
        return Sheet(title, statement_html(one, self._now()), one.payee, month, owed if pays else ())

    def csv(self, account: Account, party: str, party_id: str, month: str) -> tuple[str, str]:
        """One statement as CSV, and the file's name. Raises NotFound."""
        one = self._statements.of(account, party, party_id, month)
        name = "".join(letter for letter in one.payee.party_id if letter.isascii() and (letter.isalnum() or letter in "-_"))
        return statement_csv(one), f"statement-{party}-{name or 'author'}-{month}.csv"


def address(payee: Payee, month: str) -> str:
    """Where a statement's page is."""
    return f"/statements/{payee.party}/{quote(payee.party_id, safe='')}/{month}"


def month_words(month: str) -> str:
    """A month as people write it: May 2026. Raises NotFound for one that is none."""
    try:
        return f"{datetime.strptime(month, '%Y-%m'):%B %Y}"
    except ValueError as error:
        raise NotFound("There is no such month.") from error


def statement_html(one: Statement, now: datetime) -> Markup:
    """The body of a statement's page."""
    late = _late_words(late_by_currency(one, now))
    owed = owed_words(one.sums)
    lead = Markup('<p class="lead">{}{}</p>').format(
        f"{owed} owed now." if owed else "Nothing is owed now.", Markup(" <b>{} overdue.</b>").format(late) if late else ""
    )
    drawn = Markup("").join(
        Markup("<figure><figcaption>{} received a month, refunds taken off</figcaption>{}</figure>").format(
            currency, bars_svg(months, max(one.month, month_of(now.isoformat())), currency, one.month)
        )
        for currency, months in sorted(one.by_month.items())
    )
    heads = ("when", "for", "price", "received", "taken", "due")
    lines = figures(heads, [_line(entry, one.payee.party, now) for entry in one.entries]) if one.entries else _none(one.month)
    heading = Markup("<h2>{}</h2>").format(month_words(one.month))
    return lead + drawn + _months(one, month_of(now.isoformat())) + heading + lines + _totals(one.sums) + _proof(one)


def _months(one: Statement, this_month: str) -> Markup:
    """The other months that tell of something, the newest first, and the present one."""
    told = {month for months in one.by_month.values() for month in months} | {this_month}
    links = [
        Markup('<a href="{}">{}</a>').format(address(one.payee, month), month_words(month))
        for month in sorted(told - {one.month}, reverse=True)
    ]
    return Markup('<nav aria-label="Other months">{}</nav>').format(Markup(" · ").join(links)) if links else Markup("")


def owed_words(sums: Sequence[Sum]) -> str:
    """What is owed now, by currency."""
    return " and ".join(money(one.open_minor, one.currency) for one in sums if one.open_minor > 0)


def late_by_currency(one: Statement, now: datetime) -> dict[str, int]:
    """What was due before now and is still owed, of every line of the payee."""
    late: dict[str, int] = {}
    for currency, due_at, open_minor in one.unpaid:
        if datetime.fromisoformat(due_at) <= now:
            late[currency] = late.get(currency, 0) + open_minor
    return late


def _late_words(late: dict[str, int]) -> str:
    return " and ".join(money(amount, currency) for currency, amount in sorted(late.items()))


def _none(month: str) -> Markup:
    return Markup("<p>Nothing was posted in {}.</p>").format(month_words(month))


def _line(entry: Entry, party: str, now: datetime) -> tuple[str | Markup, ...]:
    what = Markup("{}").format(f"{entry.brand_name}, {entry.campaign}" if entry.brand_name else f"Reference {entry.reference}")
    if entry.credit:
        what += Markup('<br><span class="quiet">{}</span>').format(entry.credit)
    received = money(entry.received_minor, entry.currency) if entry.received_minor else ""
    taken = money(entry.taken_minor, entry.currency) if entry.taken_minor else ""
    return day(entry.posted_at), what, _price(entry, party), received, taken, _due(entry, now)


def _price(entry: Entry, party: str) -> Markup:
    """What a line was computed from, in words."""
    told = Markup("{}").format(KINDS[entry.kind])
    price = entry.price
    if "fee_minor" in price:
        fee = price.get("creation_minor", 0) + price["fee_minor"]
        words = [money(fee, entry.currency)]
        if price["commission_bp"] and party != "author":
            words.append(f"{price['commission_bp'] / 100:g} % to the agency")
        if price.get("share_bp") and party == "author":
            words.append(f"{price['share_bp'] / 100:g} % beside it to the people behind the look")
        told += Markup('<br><span class="quiet">{}</span>').format(", ".join(words))
    return told


def _due(entry: Entry, now: datetime) -> Markup:
    if not entry.due_at:
        return Markup("")
    if entry.open_minor == 0:
        return chip("paid", "released")
    when = until(entry.due_at, now)
    if datetime.fromisoformat(entry.due_at) <= now:
        return Markup("{} {}").format(chip("overdue", "refused"), when)
    return when


def _totals(sums: Sequence[Sum]) -> Markup:
    told = []
    for one in sums:
        told += [
            (f"Owed before ({one.currency})", money(one.before_minor, one.currency)),
            ("Received", money(one.received_minor, one.currency)),
            ("Taken", money(one.taken_minor, one.currency)),
            ("Owed after the month", money(one.after_minor, one.currency)),
            ("Owed now", money(one.open_minor, one.currency)),
        ]
    return Markup('<div class="totals">{}</div>').format(facts(told)) if told else Markup("")


def _proof(one: Statement) -> Markup:
    """The head that lets a reader see later whether anything before it was changed."""
    csv = address(one.payee, one.month) + "/csv"
    return Markup(
        '<p><a class="button" href="{}">Download as CSV</a></p>'
        '<details class="proof"><summary>How this can be checked</summary><p>Drawn from the books as they stood at row {} of the'
        " audit chain. Times are UTC. <code>twin-studio statement {} {} --of {} --check FILE</code> draws the CSV"
        " again and compares.</p>"
        "<p>Hash of the row: <code>{}</code></p><p>Newest signed head: <code>{}</code></p></details>"
    ).format(csv, one.seq, one.payee.party_id, one.month, one.payee.party, one.hash, one.signed_head)
