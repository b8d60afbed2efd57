"""A draft is nothing until she herself signs exactly the text she read; nobody signs for her, and nothing renews by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from moderation.audit.chain import verify
from tests.twin.cast import NOW
from tests.twin.licences.test_licensing import CAST, Office
from twin import demo
from twin.consents.documents import Documents
from twin.consents.drafts import Drafts, Terms
from twin.consents.own_consent import Apart, OwnConsent
from twin.consents.text import text_sha256
from twin.errors import AlreadyEnded, BadValue, NotFound, TwinError

SOON = NOW + timedelta(days=3)


@dataclass(frozen=True)
class Someone:
    """An account."""

    id: str
    person_id: str | None = None
    agency_id: str | None = None
    brand_id: str | None = None


NORA, MEI, VIKTOR = (Someone(name, person_id=name) for name in ("nora", "mei", "viktor"))
GRETA, DARIO = Someone("greta", agency_id="lantern"), Someone("dario", agency_id="meridian")
MAYA, THEO = Someone("maya", brand_id="osterby"), Someone("theo", brand_id="calloway")
ADA = Someone("ada")
EVERYBODY = (NORA, MEI, VIKTOR, GRETA, DARIO, MAYA, THEO, ADA)


@dataclass(frozen=True)
class Signature:
    """Her signature, as the other side keeps it."""

    signature_id: str | None
    key_fingerprint: str | None
    statement: bytes | None


class NoWordError(Exception):
    """Her signature does not hold."""


class Desk(Office):
    """An office that also drafts; `signed` is what her signatures were asked over."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.signed: list[tuple[str, dict[str, Any]]] = []
        self.drafts = Drafts(self.database, self._sign)
        self.documents = Documents(self.database)

    def _sign(self, _tx: Any, _account: Someone, draft_id: str, facts: Mapping[str, Any], word: str) -> Signature:
        if word != "hers":
            raise NoWordError
        self.signed.append((draft_id, dict(facts)))
        return Signature(f"signature-{draft_id}", "ab" * 32, b"statement")

    def painting(self, **changes: Any) -> Terms:
        consent = demo.consent_of(CAST.people[0], NOW)
        told = {"version": 2, "starts_at": SOON, "ends_at": SOON + timedelta(days=100), "signed_at": NOW, **changes}
        return replace(consent, **told)

    def draft(self, terms: Terms | None = None, account: Someone = GRETA) -> tuple[str, str]:
        """A draft's id and the hash of its text."""
        draft_id = self.drafts.draft(account, terms or self.painting())
        person = terms.person_id if isinstance(terms, OwnConsent) else "nora"
        return draft_id, self.drafts.read(Someone("x", person_id=person), draft_id).text_sha256

    def count(self, table: str) -> int:
        return int(self.database.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_what_she_signs_becomes_a_consent_word_for_word(desk: Desk) -> None:
    before = desk.count("consent")
    draft_id, seen = desk.draft()
    assert desk.count("consent") == before
    new = desk.drafts.sign(NORA, draft_id, seen, "hers")
    document = desk.documents.read(NORA, new)
    assert (document.version, document.key_fingerprint, document.unsigned) == (2, "ab" * 32, False)
    assert text_sha256(document.text) == seen == document.text_sha256
    assert "EUR 140.00 for each released image" in document.text
    facts = {"kind": "painting", "person_id": "nora", "twin_id": "nora", "version": 2, "language": "en", "text_sha256": seen}
    assert desk.signed == [(draft_id, facts)]
    audit = desk.database.rows("SELECT * FROM audit ORDER BY seq")
    verify(audit)
    assert [row["event"] for row in audit[-2:]] == ["consent.added", "consent.signed"]
    assert desk.database.rows("SELECT signed_at FROM consent WHERE id = ?", [new])[0]["signed_at"][:10] == "2028-02-29"


@pytest.mark.parametrize("account", [one for one in EVERYBODY if one is not NORA], ids=lambda one: one.id)
def test_nobody_else_signs_or_declines_for_her(desk: Desk, account: Someone) -> None:
    draft_id, seen = desk.draft()
    for act in (lambda: desk.drafts.sign(account, draft_id, seen, "hers"), lambda: desk.drafts.decline(account, draft_id)):
        with pytest.raises(NotFound):
            act()
    assert (desk.count("consent"), desk.signed) == (len(CAST.people), [])


def test_without_her_word_or_with_another_text_nothing_is_signed(desk: Desk) -> None:
    draft_id, seen = desk.draft()
    with pytest.raises(NoWordError):
        desk.drafts.sign(NORA, draft_id, seen, "somebody's")
    with pytest.raises(BadValue, match="text on your page is not the text"):
        desk.drafts.sign(NORA, draft_id, "0" * 64, "hers")
    desk.now = SOON + timedelta(seconds=1)
    with pytest.raises(BadValue, match="signed before it starts"):
        desk.drafts.sign(NORA, draft_id, seen, "hers")
    assert desk.count("consent") == len(CAST.people)
    desk.now = SOON
    assert desk.drafts.sign(NORA, draft_id, seen, "hers")


def test_a_text_that_was_altered_in_the_database_is_not_signed(desk: Desk) -> None:
    draft_id, seen = desk.draft()
    with pytest.raises(Exception, match="never changed"), desk.write() as tx:
        tx.execute("UPDATE consent_draft SET text = 'other' WHERE id = ?", [draft_id])
    with desk.write() as tx:
        tx.execute("DROP TRIGGER consent_draft_keeps_text")
        tx.execute("UPDATE consent_draft SET terms = json_set(terms, '$.pay_minor', 1) WHERE id = ?", [draft_id])
    with pytest.raises(BadValue, match="not the text that waits"):
        desk.drafts.sign(NORA, draft_id, seen, "hers")


def test_a_draft_is_laid_before_her_by_her_agency_or_herself_in_due_order(desk: Desk) -> None:
    for account in (DARIO, MEI, MAYA, ADA):
        with pytest.raises(NotFound):
            desk.drafts.draft(account, desk.painting())
    for wrong in (1, 3):
        with pytest.raises(BadValue, match=f"is 2, not {wrong}"):
            desk.drafts.draft(GRETA, desk.painting(version=wrong))
    with pytest.raises(BadValue, match="time to read"):
        desk.drafts.draft(GRETA, desk.painting(starts_at=NOW))
    first, seen = desk.draft(account=NORA)
    second, again = desk.draft()
    assert seen == again
    with pytest.raises(AlreadyEnded, match="replaced already"):
        desk.drafts.sign(NORA, first, seen, "hers")
    assert [one.id for one in desk.drafts.waiting(NORA)] == [second] == [one.id for one in desk.drafts.waiting(GRETA)]
    assert desk.drafts.waiting(MEI) == desk.drafts.waiting(DARIO) == desk.drafts.waiting(ADA) == ()


def test_a_draft_ends_once_by_her_no_or_by_who_wrote_it(desk: Desk) -> None:
    declined, seen = desk.draft()
    desk.drafts.decline(NORA, declined)
    for act in (lambda: desk.drafts.sign(NORA, declined, seen, "hers"), lambda: desk.drafts.decline(NORA, declined)):
        with pytest.raises(AlreadyEnded, match="declined already"):
            act()
    withdrawn, _ = desk.draft()
    for account in (DARIO, NORA, MAYA):
        with pytest.raises(NotFound):
            desk.drafts.withdraw(account, withdrawn)
    desk.drafts.withdraw(GRETA, withdrawn)
    with pytest.raises(NotFound):
        desk.drafts.withdraw(GRETA, withdrawn)
    assert desk.count("consent") == len(CAST.people)


def test_of_two_signatures_at_once_one_counts(desk: Desk) -> None:
    draft_id, seen = desk.draft()
    start, answers = Barrier(6), []

    def sign() -> None:
        start.wait()
        try:
            answers.append(desk.drafts.sign(NORA, draft_id, seen, "hers"))
        except TwinError as error:
            answers.append(type(error).__name__)
        finally:
            desk.database.close()

    threads = [Thread(target=sign) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers)[1:] == ["AlreadyEnded"] * 5
    assert desk.count("consent") == len(CAST.people) + 1


@pytest.mark.parametrize("kind", list(Apart))
def test_measuring_and_training_are_documents_of_their_own(desk: Desk, kind: Apart) -> None:
    version = 2 if kind is Apart.BIOMETRIC else 1
    purpose = "Telling whether an image of the autumn campaign shows me."
    terms = OwnConsent(kind, "mei", version, purpose, SOON, SOON + timedelta(days=90), NOW)
    draft_id, seen = desk.draft(terms)
    new = desk.drafts.sign(MEI, draft_id, seen, "hers")
    row = desk.database.rows(f"SELECT * FROM {kind}_consent WHERE id = ?", [new])[0]
    assert (row["person_id"], row["version"], row["signature_id"]) == ("mei", version, f"signature-{draft_id}")
    assert desk.documents.read(GRETA, new).kind == kind
    assert desk.count("consent") == len(CAST.people)
    with pytest.raises(BadValue, match="at most three years"):
        replace(terms, ends_at=SOON + timedelta(days=1097))
    with pytest.raises(BadValue, match="Any and all"):
        replace(terms, purpose="Any and all uses of my face in numbers.")
    with pytest.raises(Exception, match="never changed"), desk.write() as tx:
        tx.execute(f"UPDATE {kind}_consent SET ends_at = '2099'")


def test_a_document_is_read_by_her_her_agency_and_as_far_as_it_binds_by_a_licensed_brand(desk: Desk) -> None:
    def readers(document_id: str) -> dict[str, bool]:
        found = {}
        for account in EVERYBODY:
            try:
                found[account.id] = desk.documents.read(account, document_id).whole
            except NotFound:
                continue
        return found

    assert readers("nora-1") == {"nora": True, "greta": True, "maya": False, "theo": False}
    assert readers("viktor-1") == {"viktor": True, "theo": False}
    assert readers("nora-biometric-1") == {"nora": True, "greta": True}
    assert readers("nosuch") == {}
    whole, bound = desk.documents.read(NORA, "nora-1"), desk.documents.read(MAYA, "nora-1")
    assert whole.text_sha256 == bound.text_sha256 == text_sha256(whole.text)
    assert "I am not shown with alcohol." in bound.text
    for private in ("140.00", "Guild", "Rate of pay"):
        assert private in whole.text
        assert private not in bound.text
    assert [one.id for one in desk.documents.of(VIKTOR)] == ["viktor-biometric-1", "viktor-1"]
    assert desk.documents.of(MAYA) == ()
    assert whole.unsigned


def test_a_consent_taken_back_says_so_on_its_document(desk: Desk) -> None:
    with desk.write() as tx:
        for scope, subject in (("consent", "nora-1"), ("biometric", "mei-biometric-1")):
            tx.execute("INSERT INTO revocation VALUES (?, ?, ?, ?, ?, 'nora', '')", [subject, scope, subject, tx.now, tx.now])
    assert desk.documents.read(NORA, "nora-1").taken_back_at == NOW
    assert desk.documents.read(MEI, "mei-biometric-1").taken_back_at == NOW
    assert desk.documents.read(MEI, "mei-1").taken_back_at is None
