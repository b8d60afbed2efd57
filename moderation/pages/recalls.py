"""What a brand must stop using: the list it answers, the strip on its studio page, and what she sees of it."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from moderation.desk.moves import Row
from moderation.pages.markup import chip, day, note
from moderation.pages.revocation import CHIPS, clock_time
from moderation.rights.recall import Recalled, Standing

SCOPES = {"twin": "Everything", "consent": "A consent", "licence": "A licence", "image": "One image"}


def strip(count: int) -> Markup:
    """What stands on top of a brand's pages while it has recalls to answer."""
    if not count:
        return Markup("")
    words = "1 image is recalled" if count == 1 else f"{count} images are recalled"
    return Markup(
        '<p class="ts-recalled" role="status"><span><b>{}.</b> See until when you may use it, then say that it'
        " is deleted.</span>"
        '<a class="ts-link" href="/recalls">See and answer</a></p>'
    ).format(words)


def recalls_list(recalls: Sequence[Recalled], now: datetime) -> Markup:
    """Every recall of the brand as a row to tick, what still wants an answer first."""
    if not recalls:
        return Markup("<p>Nothing that you released has been recalled.</p>")
    text = now.isoformat(timespec="microseconds")
    return Markup('<ul class="recalls">{}</ul>').format(Markup("").join(_recall(one, text) for one in recalls))


def _recall(one: Recalled, now: str) -> Markup:
    standing = one.standing(now)
    open_ = standing is not Standing.DELETED
    box = Markup('<input type="checkbox" name="recall" value="{}"{}>').format(
        one.recall_id, Markup(" checked") if now >= one.use_ends_at or not one.acknowledged_at else ""
    )
    why = f"{one.twin_name} took it back" if one.cause == "revocation" else "Its licence has ended"
    return Markup(
        '<li><label>{}<span class="recall"><b>{}, {}</b> {}<span>{}. {}</span><span>{}</span>'
        '<code class="hash">{}</code></span></label></li>'
    ).format(
        box if open_ else Markup(""),
        one.twin_name,
        one.campaign,
        chip(standing.value, CHIPS[standing]),
        why,
        _use(one, now),
        _answers(one),
        one.file_sha256,
    )


def _use(one: Recalled, now: str) -> str:
    if one.use_ends_at > now:
        return f"You may use it until {clock_time(one.use_ends_at)}."
    return f"It may not be used since {clock_time(one.use_ends_at)}."


def _answers(one: Recalled) -> str:
    if one.deleted_at:
        return f"{one.deleted_by} stated on {clock_time(one.deleted_at)} that every copy is deleted."
    known = (
        f"{one.acknowledged_by} acknowledged it on {clock_time(one.acknowledged_at)}."
        if one.acknowledged_at
        else f"Acknowledge it by {clock_time(one.acknowledge_by)}."
    )
    return f"{known} Delete every copy and say so by {clock_time(one.delete_by)}."


def her_list(acts: Sequence[Row], recalls: Sequence[Recalled], now: datetime) -> Markup:
    """What she took back, and how far each brand is with what it must delete."""
    if not acts and not recalls:
        return Markup("")
    text = now.isoformat(timespec="microseconds")
    lines = [_act(act, [one for one in recalls if one.taking_back_id == act["id"]], text) for act in acts]
    ended = [one for one in recalls if one.taking_back_id is None]
    if ended:
        lines.append(Markup("<li><p><b>Licences that ended</b></p>{}</li>").format(_brands(ended, text)))
    return Markup('<h3>What you took back</h3><ul class="ts-taken">{}</ul>').format(Markup("").join(lines))


def _act(act: Row, recalls: Sequence[Recalled], now: str) -> Markup:
    later = act["effective_at"] > now
    until = f"; released images may be used until {clock_time(act['effective_at'])}" if later else ""
    return Markup(
        "<li><p><b>{}</b>, {}{}</p>{}<p><a class='ts-link' href='/revocation/{}'>Everything that happened</a>"
        " · <a class='ts-link' href='/revocation/{}/receipt'>Receipt</a></p></li>"
    ).format(SCOPES[act["scope"]], day(act["requested_at"]), until, _brands(recalls, now), act["id"], act["id"])


def _brands(recalls: Sequence[Recalled], now: str) -> Markup:
    """How far each brand is: its least answered image decides."""
    order = (Standing.OVERDUE, Standing.TOLD, Standing.KNOWN, Standing.DELETED)
    told = []
    for brand in sorted({one.brand_name for one in recalls}):
        own = [one for one in recalls if one.brand_name == brand]
        standings = [one.standing(now) for one in own]
        least = min(standings, key=order.index)
        done = sum(standing is Standing.DELETED for standing in standings)
        names = sorted({name for one in own for name in (one.acknowledged_by, one.deleted_by) if name})
        who = f" by {', '.join(names)}" if names else ""
        told.append(
            Markup("<li>{} {} {} of {} deleted{}</li>").format(brand, chip(least.value, CHIPS[least]), done, len(own), who)
        )
    return Markup("<ul>{}</ul>").format(Markup("").join(told)) if told else note("Nothing of it had been released.")
