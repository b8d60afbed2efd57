"""What became of a taking back, as a page and as a receipt to print, and what a brand was told to stop using."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from markupsafe import Markup

from moderation.access.account import Account, Role
from moderation.desk.insight_scope import shows_picture
from moderation.pages.markup import chip, day, facts, figures, note
from moderation.rights.recall import Recalled, Standing
from moderation.rights.receipt import Receipt, Timeline

CHIPS = {
    Standing.TOLD: "in review",
    Standing.KNOWN: "her turn",
    Standing.OVERDUE: "refused",
    Standing.DELETED: "approved",
}
"""The colour of each standing, borrowed from the states of images."""
BECAME = {"withdrawn": "stopped before anybody used it", "recalled": "nobody may use it any more"}


def clock_time(text: str) -> str:
    """A moment in full: 3 May 2026, 12:00 UTC."""
    return f"{day(text)}, {datetime.fromisoformat(text):%H:%M} UTC"


def what_of(act: Mapping[str, Any], rights: Sequence[Mapping[str, Any]], images: Sequence[Mapping[str, Any]]) -> str:
    """What was taken back, in words."""
    named = next((one for one in rights if one["scope"] == act["scope"]), None)
    if act["scope"] == "twin":
        return f"everything that was allowed with the twin {act['twin_name']}"
    if act["scope"] == "consent" and named:
        return f"consent {named['version']} of the twin {act['twin_name']}, with every licence under it"
    if act["scope"] == "licence" and named:
        return f"the licence of {named['brand_name']} for {named['campaign']}"
    if act["scope"] == "image" and images:
        return f"one image for {images[0]['brand_name']}, {images[0]['campaign']}"
    return f"a {act['scope']} of the twin {act['twin_name']}"


def timeline_html(timeline: Timeline, account: Account, now: datetime) -> Markup:
    """How a taking back stands now, for whoever may read it; she and her agency see the pictures too."""
    act, said = timeline.act, what_of(timeline.act, timeline.rights, timeline.images)
    head = Markup("<h1>Taken back</h1><p class='lead'>{} took back {} on {}.</p>").format(
        act["person_name"], said, clock_time(act["requested_at"])
    )
    why = note(f"Her reason: {act['reason']}") if act["reason"] and account.role is Role.MODEL else Markup("")
    links = Markup(
        '<p class="papers"><a class="button" href="/revocation/{0}/receipt">Receipt to print</a>'
        ' <a class="button" href="/revocation/{0}/receipt.json">Receipt as a signed file</a></p>'
    ).format(act["id"])
    steps = Markup("").join(
        Markup('<li><time datetime="{}">{}</time><p>{}</p></li>').format(at, clock_time(at), words)
        for at, words in _events(timeline, said, now.isoformat(timespec="microseconds"))
    )
    return Markup(
        "{}{}{}<h2>What happened</h2><ol class='timeline'>{}</ol><h2>Every image</h2>{}<h2>Who has answered</h2>{}"
    ).format(head, why, links, steps, _pictures(timeline, account), recalls_table(timeline.recalls, now))


def _events(timeline: Timeline, said: str, now: str) -> list[tuple[str, str]]:
    act = timeline.act
    events = [(act["requested_at"], f"{act['by_name']} took back {said}. Nothing new is painted under it from here.")]
    ended = [image for image in timeline.images if image["ended_at"]]
    for (at, became, by), group in _grouped(ended, "ended_at", "became", "actor_name"):
        count = _many(len(group), "image")
        who = "" if by == act["by_name"] else f", brought about by {'the studio' if by == 'rights' else by}"
        events.append((at, f"{count} {'was' if len(group) == 1 else 'were'} {became}{who}."))
    recalls = [vars(one) for one in timeline.recalls]
    for (at, brand, ends), group in _grouped(recalls, "noticed_at", "brand_name", "use_ends_at"):
        until = "at once" if ends <= at else f"by {clock_time(ends)}"
        events.append((at, f"{brand} was told to stop using {_many(len(group), 'released image')} {until}."))
    for verb, key in (("acknowledged", "acknowledged"), ("stated that every copy is deleted of", "deleted")):
        answered = [one for one in recalls if one[f"{key}_at"]]
        for (at, brand, by), group in _grouped(answered, f"{key}_at", "brand_name", f"{key}_by"):
            told = "the recall of " if key == "acknowledged" else ""
            events.append((at, f"{by} of {brand} {verb} {told}{_many(len(group), 'image')}."))
    for (at, brand), group in _grouped([one for one in recalls if one["reminded_at"]], "reminded_at", "brand_name"):
        events.append((at, f"{brand} was overdue with {_many(len(group), 'image')}, and reminded."))
    if act["effective_at"] > now:
        events.append((act["effective_at"], "From here nothing of it may be used any more."))
    return sorted(events, key=lambda event: event[0])


def _grouped(rows: Iterable[Mapping[str, Any]], *names: str) -> list[tuple[tuple[Any, ...], list[Mapping[str, Any]]]]:
    def key(row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(row[name] for name in names)

    return [(values, list(group)) for values, group in groupby(sorted(rows, key=key), key)]


def _pictures(timeline: Timeline, account: Account) -> Markup:
    rows = []
    for image in timeline.images:
        shown = account.role in (Role.MODEL, Role.AGENCY) and image["preview_sha256"] and shows_picture(account, image["state"])
        address = Markup('<img src="/media/preview/{}" alt="AI-generated image for {}" loading="lazy">')
        rows.append(
            (
                address.format(image["render_id"], image["brand_name"]) if shown else "",
                f"{image['brand_name']}, {image['campaign']}",
                _fate(image),
                _when(image),
                _hash(image["released_sha256"] or image["sealed_sha256"]),
            )
        )
    return _figures(("AI-generated", "For", "What happened", "When, by whom", "File (SHA-256)"), rows, "No image was touched.")


def _fate(image: Mapping[str, Any]) -> str:
    if not image["became"]:
        return "released; its brand was told until when it may use it"
    return f"{image['was']} → {image['became']}, {BECAME[image['became']]}"


def _when(image: Mapping[str, Any]) -> str:
    if not image["ended_at"]:
        return ""
    by = "the studio, when it was due" if image["actor"] == "rights" else image["actor_name"]
    return f"{clock_time(image['ended_at'])}, {by}"


def _hash(sha256: str | None) -> Markup:
    return Markup('<code class="hash">{}</code>').format(sha256) if sha256 else Markup("none: never finished")


def recalls_table(recalls: Sequence[Recalled], now: datetime) -> Markup:
    """Each brand's answer to each recall."""
    text = now.isoformat(timespec="microseconds")
    rows = [
        (
            f"{one.brand_name}, {one.campaign}",
            _standing(one, text),
            f"{one.acknowledged_by}, {clock_time(one.acknowledged_at)}" if one.acknowledged_at else _due(one.acknowledge_by),
            f"{one.deleted_by}, {clock_time(one.deleted_at)}" if one.deleted_at else _due(one.delete_by),
            _hash(one.file_sha256),
        )
        for one in recalls
    ]
    heads = ("Brand", "Stands", "Acknowledged", "Says it is deleted", "File (SHA-256)")
    return _figures(heads, rows, "Nothing of it had been released, so no brand had anything to delete.")


def _standing(one: Recalled, now: str) -> Markup:
    standing = one.standing(now)
    return chip(standing.value, CHIPS[standing])


def _due(text: str) -> str:
    return f"due by {clock_time(text)}"


def receipt_html(receipt: Receipt) -> Markup:
    """The newest receipt, to be printed: what the statement says, the audit head, and the signature."""
    said = receipt.said
    head = Markup("<h1>Receipt</h1><p class='lead'>{} took back {}.</p>").format(
        said["person_name"], what_of(said, said["rights"], said["images"])
    )
    told = facts(
        [
            ("Asked for", f"{clock_time(said['requested_at'])}; nothing new is painted from here"),
            ("In effect", f"{clock_time(said['effective_at'])}; release and download end then at the latest"),
            ("As of", f"{clock_time(said['at'])}, version {said['version']}"),
            ("Number", said["id"]),
            ("Her signature", said["signature_id"] or "given by her account, without a key"),
        ]
    )
    return Markup("{}{}<h2>Rights that ended</h2>{}<h2>Every image</h2>{}<h2>Who was told</h2>{}<h2>Proof</h2>{}").format(
        head, told, _rights(said["rights"]), _printed(said["images"]), _told(said["recalls"]), _proof(receipt)
    )


def _rights(rights: Sequence[Mapping[str, Any]]) -> Markup:
    names = {"consent": "consent {version}", "licence": "licence of {brand_name}, {campaign}"}
    rows = [
        (
            names.get(one["scope"], "consent to be measured" if one["scope"] == "biometric" else "consent to training").format(
                **one
            ),
            clock_time(one["requested_at"]),
            clock_time(one["effective_at"]),
        )
        for one in rights
    ]
    return _figures(("Right", "No new painting from", "No use from"), rows, "None: one image alone was taken back.")


def _printed(images: Sequence[Mapping[str, Any]]) -> Markup:
    rows = [
        (
            Markup("<code>{}</code>").format(one["render_id"]),
            f"{one['brand_name']}, {one['campaign']}",
            _fate(one),
            _when(one),
            _hash(one["released_sha256"] or one["sealed_sha256"]),
        )
        for one in images
    ]
    return _figures(("Image", "For", "What happened", "When, by whom", "File (SHA-256)"), rows, "No image was touched.")


def _told(recalls: Sequence[Mapping[str, Any]]) -> Markup:
    rows = [
        (
            one["brand_name"],
            Markup("<code>{}</code>").format(one["render_id"]),
            clock_time(one["noticed_at"]),
            clock_time(one["use_ends_at"]),
            f"{one['acknowledged_by']}, {clock_time(one['acknowledged_at'])}" if one["acknowledged_at"] else "not yet",
            f"{one['deleted_by']}, {clock_time(one['deleted_at'])}" if one["deleted_at"] else _due(one["delete_by"]),
        )
        for one in recalls
    ]
    heads = ("Brand", "Image", "Told", "Use ends", "Acknowledged by", "Says it is deleted")
    return _figures(heads, rows, "Nobody: nothing of it had been released.")


def _proof(receipt: Receipt) -> Markup:
    signed = receipt.signature is not None
    parts = facts(
        [
            ("Audit head", Markup('<code class="hash">{}</code>').format(receipt.said["head"])),
            ("Statement (SHA-256)", _hash(receipt.sha256)),
            ("Key (SHA-256)", _hash(receipt.key_fingerprint) if signed else ""),
            ("Signature (Ed25519)", Markup('<code class="hash">{}</code>').format(_text(receipt.signature)) if signed else ""),
        ]
    )
    how = "The studio signed the statement with the key in the audit head. The signed file holds the statement byte for byte."
    return parts + (note(how) if signed else note("This receipt is not signed: the studio has no key for it.", "stop"))


def _text(content: bytes | None) -> str:
    return base64.b64encode(content or b"").decode()


def _figures(heads: Sequence[str], rows: Sequence[Sequence[str | Markup]], empty: str) -> Markup:
    """A table; `empty` when it has no rows."""
    return figures(heads, rows) if rows else Markup("<p>{}</p>").format(empty)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
