"""Agencies, brands, people, twins, references, consents, licences and shoots, and whether a licence covers painting now.

Every function works inside the caller's transaction and writes its audit row there. Audit rows carry ids, never names.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from twin.consents.consent import Consent
from twin.consents.own_consent import Apart, OwnConsent
from twin.errors import BadValue, ConsentWithdrawn, LicenceRefuses, LookRefused, NotFound, TwinError
from twin.licences.licence import COMMISSION_AT_MOST_BP, day
from twin.licences.licensing import add_licence, add_rate_card, quote, rate_cards, write_licence
from twin.looks.limits import refuse_garment, refuse_words
from twin.looks.names import Cast
from twin.looks.wardrobe import Wardrobe
from twin.orders.order import RenderOrder
from twin.painter import PainterCard
from twin.plates.reference import PHOTOGRAPHED, Reference
from twin.ports import Row, Transaction
from twin.registry.entries import insert, named, new_id, require
from twin.registry.written import consent_row, own_consent_row, read_consent
from twin.schema.rights import SPENT

__all__ = ["SPENT", "TERMS", "add_licence", "add_rate_card", "quote", "rate_cards", "write_licence"]

TITLE_AT_MOST = 120

TERMS = """
SELECT l.*, w.starts_at AS window_starts_at, w.ends_at AS window_ends_at, w.use_starts_at,
    w.requested_at, w.effective_at,
    w.twin_epoch, w.licence_epoch, t.name AS twin_name, p.name AS person_name, p.fictional,
    (SELECT n.max_images - n.taken FROM licence_taken n WHERE n.licence_id = l.id) AS images_left,
    EXISTS (SELECT 1 FROM revocation r WHERE r.scope = 'consent' AND r.subject_id = l.consent_id
        AND r.requested_at <= :now) AS consent_withdrawn,
    coalesce((SELECT s.share_bp FROM creative_share s WHERE s.licence_id = l.id), 0) AS share_bp
FROM licence l JOIN licence_window w ON w.licence_id = l.id JOIN twin t ON t.id = l.twin_id JOIN person p ON p.id = t.person_id
"""
"""Each licence with its window, names, number of images left; binds `:now` and goes on with WHERE."""


def add_agency(tx: Transaction, name: str, commission_bp: int, *, agency_id: str | None = None) -> str:
    """Enter an agency and its commission in basis points; its id. Raises BadValue above the legal ceiling."""
    if not 0 <= commission_bp <= COMMISSION_AT_MOST_BP:
        raise BadValue(f"An agency's commission is at most {COMMISSION_AT_MOST_BP // 100} per cent of what the model earns.")
    values = {"id": new_id(agency_id), "name": named(name, "An agency"), "commission_bp": commission_bp}
    return insert(tx, "agency", values, commission_bp=commission_bp)


def add_brand(tx: Transaction, name: str, *, brand_id: str | None = None) -> str:
    """Enter a brand; its id."""
    return insert(tx, "brand", {"id": new_id(brand_id), "name": named(name, "A brand")})


def add_person(tx: Transaction, name: str, *, fictional: bool, agency_id: str | None = None, person_id: str | None = None) -> str:
    """Enter a person, real or fictional, with her agency if she has one; her id. Raises NotFound for an unknown agency."""
    if agency_id is not None:
        require(tx, "agency", agency_id)
    values = {"id": new_id(person_id), "name": named(name, "A person"), "agency_id": agency_id, "fictional": int(fictional)}
    return insert(tx, "person", {**values, "created_at": tx.now}, fictional=fictional, agency_id=agency_id)


def add_twin(tx: Transaction, person_id: str, name: str, *, twin_id: str | None = None) -> str:
    """Enter a twin of a person, under the name that pages show; its id. Raises NotFound for an unknown person."""
    require(tx, "person", person_id)
    values = {"id": new_id(twin_id), "person_id": person_id, "name": named(name, "A twin"), "created_at": tx.now}
    return insert(tx, "twin", values, person_id=person_id)


def add_reference(tx: Transaction, reference: Reference) -> str:
    """Enter a picture by which a twin is recognised; its id. Raises NotFound for an unknown twin, BadValue for a double."""
    require(tx, "twin", reference.twin_id)
    if tx.execute("SELECT 1 FROM standing_reference WHERE twin_id = ? AND sha256 = ?", [reference.twin_id, reference.sha256]):
        raise BadValue(f"The picture {reference.file} is a reference of this twin already.")
    values = {name: getattr(reference, name) for name in ("id", "twin_id", "file", "sha256", "source", "pose")}
    return insert(tx, "reference", {**values, "created_at": tx.now}, twin_id=reference.twin_id, sha256=reference.sha256)


def enrol(tx: Transaction, reference_id: str, twin_id: str, sha256: str, pose: str) -> str:
    """Enter a photograph, which lies sealed under its id, as a reference of a twin; its id. Raises what `add_reference` does."""
    return add_reference(tx, Reference(reference_id, twin_id, f"{reference_id}.photo", sha256, PHOTOGRAPHED, pose))


def add_consent(tx: Transaction, consent: Consent, *, consent_id: str | None = None) -> str:
    """Enter a consent that the person signed; its id.

    Raises NotFound for an unknown twin, BadValue when the version does not follow the last one or lies in the future.
    """
    require(tx, "twin", consent.twin_id)
    wanted = next_version(tx, "painting", consent.twin_id)
    if consent.version != wanted:
        raise BadValue(f"The next version of this consent is {wanted}, not {consent.version}.")
    if consent.signed_at > tx.at:
        raise BadValue("A consent cannot be signed in the future.")
    values = {"id": new_id(consent_id), **consent_row(consent)}
    return insert(tx, "consent", values, twin_id=consent.twin_id, version=consent.version)


def add_own_consent(
    tx: Transaction, consent: OwnConsent, *, consent_id: str | None = None, signature_id: str | None = None
) -> str:
    """Enter a consent that stands apart, which the person signed; its id.

    Raises NotFound for an unknown person, BadValue when the version does not follow the last one or lies in the future.
    """
    table = f"{Apart(consent.kind).value}_consent"
    require(tx, "person", consent.person_id)
    wanted = next_version(tx, Apart(consent.kind).value, consent.person_id)
    if consent.version != wanted:
        raise BadValue(f"The next version of this consent is {wanted}, not {consent.version}.")
    if consent.signed_at > tx.at:
        raise BadValue("A consent cannot be signed in the future.")
    values = {"id": new_id(consent_id), **own_consent_row(consent), "signature_id": signature_id}
    return insert(tx, table, values, person_id=consent.person_id, version=consent.version)


def next_version(tx: Transaction, kind: str, whose: str) -> int:
    """The version that a consent of this kind has next: of a twin for painting, of a person for the others."""
    table, column = ("consent", "twin_id") if kind == "painting" else (f"{Apart(kind).value}_consent", "person_id")
    last = tx.execute(f"SELECT coalesce(max(version), 0) AS version FROM {table} WHERE {column} = ?", [whose])
    return int(last[0]["version"]) + 1


def open_shoot(tx: Transaction, brand_id: str, title: str, account_id: str, *, shoot_id: str | None = None) -> str:
    """Open a shoot of a brand; its id. Raises NotFound for an unknown brand, BadValue for an unusable title."""
    require(tx, "brand", brand_id)
    title = title.strip()
    if not 1 <= len(title) <= TITLE_AT_MOST or not title.isprintable():
        raise BadValue(f"A shoot needs a title of at most {TITLE_AT_MOST} characters on one line.")
    values = {"id": new_id(shoot_id), "brand_id": brand_id, "title": title, "account_id": account_id, "created_at": tx.now}
    return insert(tx, "shoot", values, brand_id=brand_id)


def licence_in_force(tx: Transaction, licence_id: str, brand_id: str) -> Row:
    """The licence's terms, if this brand may have one more image painted under it at this moment.

    The row has every column of `licence`, `twin_name`, `person_name`, `images_left`, `twin_epoch` and `licence_epoch`.
    Raises NotFound when the brand has no such licence; ConsentWithdrawn or LicenceRefuses, in a sentence, when it does
    not cover painting now.
    """
    rows = tx.execute(TERMS + "WHERE l.id = :licence_id AND l.brand_id = :brand_id", _asked(tx.now, licence_id, brand_id))
    if not rows:
        raise NotFound("There is no such licence.")
    refusal = refusal_of(rows[0], tx.at)
    if refusal is not None:
        raise refusal
    return rows[0]


def refusal_of(terms: Mapping[str, Any], at: datetime) -> TwinError | None:
    """Why a row of `TERMS`, read for the moment `at`, does not permit one more painting; None when it does."""
    name, now = terms["twin_name"], at.isoformat(timespec="microseconds")
    if terms["consent_withdrawn"]:
        return ConsentWithdrawn(f"{name} has taken the consent back; nothing new can be painted.")
    if terms["requested_at"] is not None and terms["requested_at"] <= now:
        return LicenceRefuses(f"The licence for {name} has been taken back; nothing new can be painted.")
    if now < terms["window_starts_at"]:
        return LicenceRefuses(f"The licence for {name} starts on {day(datetime.fromisoformat(terms['window_starts_at']))}.")
    if now >= terms["window_ends_at"]:
        return LicenceRefuses(f"The licence for {name} ended on {day(datetime.fromisoformat(terms['window_ends_at']))}.")
    if terms["images_left"] < 1:
        return LicenceRefuses(f"All {terms['max_images']} images that the licence for {name} allows are taken.")
    return None


def consent_behind(tx: Transaction, licence_id: str) -> Consent:
    """The consent that a licence rests on. Raises NotFound."""
    rows = tx.execute("SELECT c.* FROM consent c JOIN licence l ON l.consent_id = c.id WHERE l.id = ?", [licence_id])
    if not rows:
        raise NotFound("There is no such licence.")
    return read_consent(rows[0])


def check_order(tx: Transaction, order: RenderOrder, brand_id: str, wardrobe: Wardrobe, painter: PainterCard) -> Row:
    """Everything the registry knows against an order, for the moment of the transaction; the licence's terms.

    Raises what `licence_in_force` raises, LicenceRefuses for another twin's licence, WordsRefused when the look's words
    break a limit of the consent or name somebody else, LookRefused for somebody whom this painter cannot paint, and for a
    garment in which it cannot paint her or which she never wears.
    """
    terms = licence_in_force(tx, order.licence_id, brand_id)
    if terms["twin_id"] != order.twin_id:
        raise LicenceRefuses("This licence is for another twin.")
    consent = consent_behind(tx, order.licence_id)
    refuse_words(consent, order.look.words, cast_beside(tx, order.twin_id))
    _insist_on_painting(tx, painter, order, terms["twin_name"])
    wardrobe.check(order.twin_id, order.look, worded=painter.worded)
    refuse_garment(consent, wardrobe.garment(order.look.garment))
    return terms


def _insist_on_painting(tx: Transaction, painter: PainterCard, order: RenderOrder, name: str) -> None:
    """Raises LookRefused unless the painter learned her, or paints anybody and there are pictures of her to paint from.

    What changes an earlier image has that to start from.
    """
    if not painter.paints(order.twin_id):
        raise LookRefused(f"{painter.title} cannot paint {name}: it paints only the people it has learned.")
    seen = order.parent_id or tx.execute("SELECT 1 FROM standing_reference WHERE twin_id = ? LIMIT 1", [order.twin_id])
    if painter.twins is None and not seen:
        raise LookRefused(f"{painter.title} paints from pictures, and there are none of {name}: she is not enrolled yet.")


def cast_beside(tx: Transaction, twin_id: str) -> Cast:
    """The names of a twin and of the person behind her, and those of everybody else the studio knows."""
    rows = tx.execute("SELECT t.id, t.name AS twin, p.name AS person FROM twin t JOIN person p ON p.id = t.person_id")
    own = [name for row in rows if row["id"] == twin_id for name in (row["twin"], row["person"])]
    others = [name for row in rows if row["id"] != twin_id for name in (row["twin"], row["person"])]
    return Cast(tuple(own), tuple(others))


def _asked(now: str, licence_id: str, brand_id: str) -> dict[str, str]:
    return {"now": now, "licence_id": licence_id, "brand_id": brand_id}
