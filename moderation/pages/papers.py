"""A consent as a page: the very text that was signed, by whom, with which key, and what such a signature is worth."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from markupsafe import Markup

from moderation.access.account import Account, Role
from moderation.access.papers import Paper, Waiting
from moderation.pages.markup import facts, note
from moderation.rights.agreements import Unsigned

KINDS = {
    "painting": "Consent to be painted",
    "biometric": "Consent to measure the face",
    "training": "Permission to train a model",
}
UNSIGNED = "Unsigned: fictional cast of a demo. Nobody’s key stands behind this text."
IN_A_DEMO = (
    "Signed in a demo, where anybody can be this fictional person: the signature shows how signing works, and that some"
    " visitor’s browser signed. It binds nobody."
)
_HEADING = re.compile(r"\d+\. .+")


def text_html(text: str) -> Markup:
    """A text as it was signed, letter for letter: headings stand out, nothing is added, so that its hash is that of the page."""
    lines = text.split("\n")
    shown = (
        Markup("<strong>{}</strong>").format(line) if number == 0 or _HEADING.fullmatch(line) else Markup("{}").format(line)
        for number, line in enumerate(lines)
    )
    return Markup('<pre class="consent-text" data-consent-text>{}</pre>').format(Markup("\n").join(shown))


def document_html(paper: Paper) -> Markup:
    """One version of a consent, to be read and printed."""
    if paper.whole:
        lead = note("")
    else:
        lead = note("This is what binds your licence. What she is paid and who advised her is between her and her agency.")
    told = [
        ("Person", paper.person_name),
        ("Runs", f"{_moment(paper.starts_at)} to {_moment(paper.ends_at)}"),
        ("Signed", _moment(paper.signed_at)),
        ("SHA-256 of the whole text", _code(paper.text_sha256)),
        ("Signed with the key", _key(paper)),
    ]
    title = f"{KINDS[paper.kind]}, version {paper.version}"
    back = note(f"Taken back, with effect from {_moment(paper.taken_back_at)}.", "stop") if paper.taken_back_at else Markup("")
    body = text_html(paper.text) if paper.whole else Markup('<pre class="consent-text">{}</pre>').format(paper.text)
    article = Markup('<article lang="{}">{}</article>').format(paper.language, body)
    links = Markup('<p class="papers"><a href="/consents">All consents</a></p>') if paper.whole else Markup("")
    return Markup("<h1>{}</h1>{}{}{}{}{}").format(title, back, lead, article, facts(told), links)


def draft_html(draft: Waiting) -> Markup:
    """A draft as she reads it before anything is signed."""
    who = draft.agency_name or "You"
    lead = f"{who} wrote this text. It counts for nothing until {draft.person_name} signs it, and nobody can do that for her."
    title = f"{KINDS[draft.kind]}, version {draft.version}: a draft"
    told = facts([("Person", draft.person_name), ("SHA-256 of the text", _code(draft.text_sha256))])
    return Markup('<h1>{}</h1><p class="lead">{}</p><article lang="{}">{}</article>{}').format(
        title, lead, draft.language, text_html(draft.text), told
    )


def shelf_html(papers: Sequence[Paper], drafts: Sequence[Waiting], account: Account) -> Markup:
    """Everything of hers, or of an agency's people: what waits first, then every version, the newest on top."""
    hers = account.role is Role.MODEL
    title = "Your consents" if hers else "Consents of your people"
    waits = Markup("").join(
        Markup('<li><a href="/consent-draft/{}">{}{}, version {}</a></li>').format(
            draft.id, KINDS[draft.kind], "" if hers else f" of {draft.person_name}", draft.version
        )
        for draft in drafts
    )
    waiting = Markup('<h2>Waiting for {}</h2><ul class="shelf">{}</ul>').format(
        "you to read and sign" if hers else "their signature", waits
    )
    kept = Markup("").join(
        Markup('<li><a href="/consent/{}">{}{}, version {}</a> <span class="quiet">{}</span></li>').format(
            paper.id, KINDS[paper.kind], "" if hers else f" of {paper.person_name}", paper.version, _standing(paper)
        )
        for paper in papers
    )
    none = note("Nothing was agreed to yet.")
    led = Markup('<a href="{}">{}</a> ').format(*(("/me", "Back to My twin") if hers else ("/agency", "Your people")))
    home = Markup('<p class="papers">{}<a href="/enrolment">Photographs and enrolment</a></p>').format(led)
    return Markup("<h1>{}</h1>{}{}<h2>Agreed</h2>{}").format(
        title, home, waiting if drafts else Markup(""), Markup('<ul class="shelf">{}</ul>').format(kept) if papers else none
    )


def unsigned_strip(waiting: Sequence[Unsigned]) -> Markup:
    """A line at the head of her page for each text that waits for her."""
    line = Markup(
        '<p class="ts-recalled" data-kind="calm" role="status"><span><b>{}, version {}.</b> {} laid it before you; it counts'
        ' only if you sign it.</span><a class="ts-link" href="/consent-draft/{}">Read it</a></p>'
    )
    return Markup("").join(line.format(KINDS[one.kind], one.version, one.agency_name or "You", one.draft_id) for one in waiting)


def _standing(paper: Paper) -> str:
    if paper.taken_back_at:
        return f"taken back {_day(paper.taken_back_at)}"
    return f"from {_day(paper.starts_at)} to {_day(paper.ends_at)}"


def _key(paper: Paper) -> Markup:
    if paper.key_fingerprint is None:
        return Markup("<b>{}</b>").format(UNSIGNED if paper.fictional else "No key of hers signed this text.")
    groups = " ".join(paper.key_fingerprint[at : at + 4] for at in range(0, len(paper.key_fingerprint), 4))
    worth = Markup("<br><span>{}</span>").format(IN_A_DEMO) if paper.fictional else Markup("")
    return _code(groups) + worth


def _code(text: str) -> Markup:
    return Markup('<code class="long">{}</code>').format(text)


def _moment(moment: datetime) -> str:
    there = moment.astimezone(UTC)
    return f"{there.day} {there:%B %Y}, {there:%H:%M} UTC"


def _day(moment: datetime) -> str:
    there = moment.astimezone(UTC)
    return f"{there.day} {there:%B %Y}"
