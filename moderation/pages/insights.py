"""The page of three questions: each a panel of figures with plots, every figure with its n, and the same again as a table."""

from collections.abc import Sequence

from markupsafe import Markup

from moderation.pages.insights_ended import ended_panel
from moderation.pages.insights_judged import judged_panel
from moderation.pages.insights_parts import blocks, brand_of, empty, folded, nothing_told
from moderation.pages.markup import day, figures, money
from moderation.pages.plots import Bar, Part, bars, legend
from moderation.questions.agreed import Agreed, Terms
from moderation.questions.answers import Answers
from moderation.questions.paid import Paid, Split

SPLIT = (("net_minor", "to the models", "t-hers"), ("commission_minor", "agencies’ commission", "t-wait"),
    ("share_minor", "people behind the looks", "t-calm"))  # fmt: skip
TOGETHER = "the other months together"


def insights_html(found: Answers) -> Markup:
    """The three panels for one reader."""
    head = Markup('<p class="scope" role="note">{} Counted on {} at {} UTC, from the studio’s own rows.</p>').format(
        found.reader.whose, day(found.at), found.at[11:16]
    )
    return head + Markup("").join((_paid_panel(found), judged_panel(found), ended_panel(found)))


def _paid_panel(found: Answers) -> Markup:
    body = Markup("").join(_currency(one) for one in found.paid)
    if not found.paid:
        body = empty(
            "Nothing has been released yet, so nobody has been paid.",
            "With the first release this shows what its brand paid and how that was split, by month and by person.",
        )
    return Markup(
        '<section class="panel" aria-labelledby="q-paid"><h2 id="q-paid">Who gets paid?</h2>'
        "<p>Every amount is posted by a release, in one batch that sums to nothing: what the brand pays is what the others get."
        "</p>{}{}</section>"
    ).format(body, _agreed_pay(found.agreed))


def _currency(one: Paid) -> Markup:
    if one.total is None:
        return nothing_told(f"Paid in {one.currency}")
    total = one.total
    parts = [_part(total, *split) for split in SPLIT]
    back = f", {_count(total.refunds, 'refund')} taken off" if total.refunds else ""
    words = f"Brands paid {money(total.gross_minor, one.currency)}"
    head = Markup('<h3>{}</h3><p class="big">{} <span class="n">n = {}{}</span></p>').format(
        f"Paid in {one.currency}", words, _count(total.images, "release"), back
    )
    whole = bars([Bar("of each amount", tuple(parts), "")], _told(words, parts), alike=True)
    months = one.months.single if one.months.together is None else one.months.shown
    return head + blocks(
        Markup("{}{}<p>{}</p>").format(whole, legend(parts), _reached(total)),
        _breakdown("By month", months, "month"),
        _breakdown("By person", one.people, "person") if one.people is not None else "",
    )


def _reached(total: Split) -> str:
    open_ = total.net_minor - total.paid_minor
    paid = f"Of the models’ {money(total.net_minor, total.currency)}, {money(total.paid_minor, total.currency)} has been paid out"
    return f"{paid}; {money(open_, total.currency)} is booked and not paid out yet." if open_ > 0 else f"{paid}."


def _breakdown(title: str, splits: Sequence[Split], head: str) -> Markup:
    """One bar and one row a split."""
    named = [(TOGETHER if one.label not in _labels(splits) else one.label, one) for one in splits]
    rows = [Bar(name, tuple(_part(one, *split) for split in SPLIT), money(one.gross_minor, one.currency)) for name, one in named]
    table = figures(
        (head, "releases (n)", "brands paid", "commission", "behind the looks", "to the models", "paid out"),
        [
            (name, str(one.images), *(money(getattr(one, part), one.currency) for part in
                ("gross_minor", "commission_minor", "share_minor", "net_minor", "paid_minor")))
            for name, one in named
        ],
    )  # fmt: skip
    told = "; ".join(f"{row.label}: {row.end}" for row in rows)
    return Markup("<h4>{}</h4>{}{}").format(title, bars(rows, told), folded("The same as a table", table))


def _labels(splits: Sequence[Split]) -> set[str]:
    return {one.label for one in splits}


def _part(one: Split, column: str, name: str, tone: str) -> Part:
    amount = getattr(one, column)
    share = f" ({amount / one.gross_minor:.0%})" if one.gross_minor > 0 else ""
    return Part(name, amount, f"{money(amount, one.currency)}{share}", tone)


def _told(words: str, parts: Sequence[Part]) -> str:
    return f"{words}: " + "; ".join(f"{part.name} {part.words}" for part in parts)


def _agreed_pay(found: Agreed) -> Markup:
    """What the licences in force would pay: there before anything was released."""
    if found.licences is None:
        return nothing_told("What is agreed")
    head = f"{_count(found.licences, 'licence')} in force"
    if found.people:
        head += f" with {_count(found.people, 'person', 'people')}"
    if found.terms is None:
        return Markup('<h3>What is agreed</h3><p class="big">{}</p>').format(head)
    rows = [_pay_bar(one) for one in sorted(found.terms, key=lambda one: -one.fee_minor)]
    shown = [Part(name, 0, "", tone) for _, name, tone in SPLIT]
    told = "; ".join(f"{row.label}: {row.end}, of which {row.parts[0].words} to the model" for row in rows)
    table = figures(
        ("person", "licence", "fee", "to her", "commission", "behind the look", "paid within", "images ordered"),
        [_pay_row(one) for one in found.terms],
    )
    drawn = Markup("{}{}").format(bars(rows, told), legend(shown)) if rows else Markup("")
    return Markup(
        "<h3>What one released image pays</h3><p>As agreed in <b>{}</b>, before the first image is made. What the people behind a"
        " look get comes on top, and only where somebody is credited.</p>{}{}"
    ).format(head, drawn, folded("Every licence in force", table) if rows else "")


def _pay_bar(one: Terms) -> Bar:
    amounts = (one.net_minor, one.commission_minor, one.share_minor)
    parts = tuple(
        Part(name, amount, money(amount, one.currency), tone) for (_, name, tone), amount in zip(SPLIT, amounts, strict=True)
    )
    return Bar(f"{one.person}, {brand_of(one.label)}", parts, money(one.fee_minor, one.currency))


def _pay_row(one: Terms) -> tuple[str, ...]:
    amounts = (money(amount, one.currency) for amount in (one.fee_minor, one.net_minor, one.commission_minor, one.share_minor))
    basis = {"buyout": " for all images", "variant": " an image, less for a variant"}.get(one.fee_model, "")
    fee, *others = amounts
    return (one.person, one.label, fee + basis, *others, _count(one.payment_days, "day"), f"{one.taken} of {one.max_images}")


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
