"""A consent's page shows the signed letters and nothing else, and says plainly what stands behind them."""

import html
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from moderation.pages.papers import document_html, draft_html, shelf_html, text_html, unsigned_strip
from moderation.rights.agreements import Unsigned
from tests.moderation.scene import AGENT, NORA

TEXT = "CONSENT & MORE\nTwin nora.\n\n1. Scope\n<b>Her</b> face “only”.\n\n2. Uses\n- knitwear, EU: email\n"
EVIL = "<img src=x onerror=alert(1)>"


@dataclass(frozen=True)
class Paper:
    """One version of a consent."""

    id: str = "nora-2"
    kind: str = "painting"
    person_id: str = "nora"
    person_name: str = "Nora"
    version: int = 2
    agency_name: str = "Lumen"
    language: str = "en"
    text: str = TEXT
    text_sha256: str = "ab" * 32
    whole: bool = True
    starts_at: datetime = datetime(2026, 5, 3, tzinfo=UTC)
    ends_at: datetime = datetime(2027, 5, 3, tzinfo=UTC)
    signed_at: datetime = datetime(2026, 5, 1, tzinfo=UTC)
    taken_back_at: datetime | None = None
    key_fingerprint: str | None = "cd" * 32
    fictional: bool = False


def test_what_she_reads_is_letter_for_letter_what_is_hashed() -> None:
    shown = re.fullmatch(r"<pre[^>]*>(.*)</pre>", str(text_html(TEXT)), re.DOTALL)
    assert shown is not None
    assert html.unescape(re.sub(r"</?strong>", "", shown[1])) == TEXT


def test_a_document_names_hash_and_key_or_says_that_nobody_signed() -> None:
    signed = document_html(Paper())
    assert "abab" in signed
    assert "cdcd cdcd" in signed
    assert "binds nobody" not in signed
    assert "It binds nobody" in document_html(Paper(fictional=True))
    assert "Unsigned: fictional cast of a demo" in document_html(Paper(fictional=True, key_fingerprint=None))
    assert "No key of hers signed this text." in document_html(Paper(key_fingerprint=None))
    assert "Taken back" in document_html(Paper(taken_back_at=datetime(2026, 6, 1, tzinfo=UTC)))


def test_a_brand_is_told_what_binds_it_and_not_that_it_is_everything() -> None:
    bound = document_html(Paper(whole=False))
    assert "This is what binds your licence" in bound
    assert "data-consent-text" not in bound  # nothing there could be hashed
    assert "/consents" not in bound


def test_the_shelf_lists_what_waits_and_what_was_agreed() -> None:
    hers, theirs = shelf_html([Paper()], [Paper(id="d")], NORA), shelf_html([Paper()], [Paper(id="d")], AGENT)
    for page in (hers, theirs):
        assert 'href="/consent-draft/d"' in page
        assert 'href="/consent/nora-2"' in page
    assert "of Nora" not in hers
    assert "of Nora" in theirs
    assert "Nothing was agreed to yet" in shelf_html([], [], NORA)


def test_no_name_and_no_text_becomes_markup() -> None:
    evil = replace(Paper(), person_name=EVIL, agency_name=EVIL, text=EVIL, language='"><img>')
    pages = (document_html(evil), draft_html(evil), shelf_html([evil], [evil], AGENT))
    assert not any("<img" in page for page in pages)
    assert "<img" not in unsigned_strip([Unsigned("d", "painting", 2, EVIL)])
    assert "it counts only if you sign it" in unsigned_strip([Unsigned("d", "painting", 2, "Lumen")])
