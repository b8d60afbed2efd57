"""Writing licences: within the consent, without a conflict, at the agency's rates; and the cards that hold these rates.

Every function works inside the caller's transaction, so that of two agencies that write what excludes each other one wins.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from twin.consents.consent import Consent
from twin.errors import BadValue, ConsentWithdrawn, LicenceRefuses, NotFound
from twin.licences.licence import Exclusivity, Licence, Terms, check_within, day, in_conflict
from twin.licences.rates import Priced, RateCard, Wanted, agreed
from twin.ports import Row, Transaction
from twin.registry.entries import insert, new_id, require
from twin.registry.written import licence_row, read_consent, read_licence, text_of

LEAST_NOTICE_HOURS = 48
"""How long before its first use a person is told of a licence (SAG-AFTRA commercials contract 2025)."""

# Other brands' licences of the same person that still run at some moment of the new one's term.
_BESIDE = """
SELECT l.*, b.name AS brand_name FROM licence l JOIN licence_window w ON w.licence_id = l.id
JOIN twin t ON t.id = l.twin_id JOIN brand b ON b.id = l.brand_id
WHERE t.person_id = (SELECT person_id FROM twin WHERE id = :twin_id) AND l.brand_id <> :brand_id
AND w.starts_at < :ends_at AND :starts_at < min(w.ends_at, coalesce(w.effective_at, w.ends_at)) ORDER BY l.starts_at, l.id
"""


class Agent(Protocol):
    """Who writes licences: an account of the agency that the person belongs to."""

    @property
    def id(self) -> str:
        """The account's id."""
        ...

    @property
    def agency_id(self) -> str | None:
        """Its agency; None for everybody else."""
        ...


@dataclass(frozen=True, kw_only=True)
class Proposal(Terms):
    """A licence as an agency asks for it: everything but what follows from the rate card and the agency's own terms.

    `agreed_minor` and `agreed_variant_minor` are fees above the card's, None where the card's stand; `earliest_use_at` None means
    as early as notice allows. The value itself is checked when it becomes a Licence.
    """

    consent_id: str
    notice_hours: int = LEAST_NOTICE_HOURS
    agreed_minor: int | None = None
    agreed_variant_minor: int | None = None


@dataclass(frozen=True)
class Quoted:
    """What a proposal costs: the licence as it would be written, and what the card alone asks, in minor units."""

    licence: Licence
    card_minor: int
    card_variant_minor: int | None


@dataclass(frozen=True)
class CardSeen:
    """One version of an agency's rate card."""

    id: str
    version: int
    card: RateCard
    made_at: datetime


def add_licence(tx: Transaction, licence: Licence, consent_id: str, *, licence_id: str | None = None) -> str:
    """Enter a brand's licence under a consent; its id.

    Raises NotFound for unknown ids, ConsentWithdrawn after a revocation, LicenceRefuses when it exceeds the consent or
    collides with what another brand holds exclusively.
    """
    consent = _standing_consent(tx, consent_id)
    require(tx, "brand", licence.brand_id)
    check_within(licence, consent)
    refuse_conflicts(tx, licence)
    values = {"id": new_id(licence_id), "consent_id": consent_id, **licence_row(licence), "created_at": tx.now}
    facts = {"consent_id": consent_id, "twin_id": licence.twin_id, "brand_id": licence.brand_id}
    return insert(tx, "licence", values, **facts)


def refuse_conflicts(tx: Transaction, licence: Licence) -> None:
    """Raises LicenceRefuses, naming brand and category, when another brand's licence excludes this one or this one that."""
    span = {"starts_at": text_of(licence.starts_at), "ends_at": text_of(licence.ends_at)}
    rows = tx.execute(_BESIDE, {"twin_id": licence.twin_id, "brand_id": licence.brand_id, **span})
    for row in rows:
        other = read_licence(row)
        if in_conflict(licence, other):
            held = "holds" if other.exclusive else "already works in"
            raise LicenceRefuses(
                f"{row['brand_name']} {held} the category “{other.category}” in {other.territory}"
                f"{' for itself alone' if other.exclusive else ', so it cannot be given away exclusively,'}"
                f" from {day(other.starts_at)} to {day(other.ends_at)}."
            )


def write_licence(tx: Transaction, agent: Agent, proposal: Proposal, *, licence_id: str | None = None) -> str:
    """Write a licence for an agency, at its newest rate card; its id. The audit row names the account and the fee.

    Raises NotFound for a consent that is not of one of the agency's people, and in one sentence each BadValue,
    ConsentWithdrawn or LicenceRefuses for whatever else stands against it.
    """
    quoted = quote(tx, agent, proposal)
    new = add_licence(tx, quoted.licence, proposal.consent_id, licence_id=licence_id)
    priced = quoted.licence.priced
    tx.record(
        "licence.written",
        new,
        agency_id=agent.agency_id,
        account_id=agent.id,
        fee_minor=quoted.licence.fee_minor,
        card_minor=quoted.card_minor,
        rate_card_id=priced.card_id if priced else None,
        earliest_use_at=text_of(quoted.licence.earliest_use_at or quoted.licence.starts_at),
    )
    return new


def quote(tx: Transaction, agent: Agent, proposal: Proposal) -> Quoted:
    """What a proposal would cost and the licence it would become; nothing is written. Raises as `write_licence` does."""
    person = _own_person(tx, agent, proposal.consent_id)
    consent = _standing_consent(tx, proposal.consent_id)
    card = _newest_card(tx, agent)
    exclusive = proposal.exclusivity is Exclusivity.CATEGORY
    term = proposal.ends_at - proposal.starts_at
    wanted = Wanted(person["person_id"], proposal.fee_model, proposal.media, proposal.territory, term, exclusive)
    asked, variant = card.card.quote(wanted), card.card.variant(wanted)
    rate = agreed(asked, proposal.agreed_minor)
    variant_rate = None if variant is None else agreed(variant, proposal.agreed_variant_minor)
    licence = Licence(
        **{name: getattr(proposal, name) for name in Terms.__dataclass_fields__}
        | {"twin_id": consent.twin_id, "currency": card.card.currency, "fee_minor": rate.fee_minor}
        | {"variant_minor": None if variant_rate is None else variant_rate.fee_minor, "commission_bp": person["commission_bp"]}
        | {"priced": Priced(card.id, card.version, rate, variant_rate), "earliest_use_at": _first_use(tx, proposal)}
    )
    return Quoted(licence, asked.card_minor, None if variant is None else variant.card_minor)


def objections(tx: Transaction, licence: Licence, consent_id: str) -> tuple[str, ...]:
    """Why a licence as quoted would not be written, one sentence each. Raises NotFound, ConsentWithdrawn."""
    consent = _standing_consent(tx, consent_id)
    found = []
    checks: tuple[Callable[[], None], ...] = (partial(check_within, licence, consent), partial(refuse_conflicts, tx, licence))
    for check in checks:
        try:
            check()
        except LicenceRefuses as refusal:
            found.append(str(refusal))
    return tuple(found)


def add_rate_card(tx: Transaction, agency_id: str, account_id: str, card: RateCard, *, card_id: str | None = None) -> str:
    """Enter the next version of an agency's rate card; its id. Licences that were written keep theirs. Raises NotFound."""
    require(tx, "agency", agency_id)
    last = tx.execute("SELECT coalesce(max(version), 0) AS version FROM rate_card WHERE agency_id = ?", [agency_id])
    version = last[0]["version"] + 1
    values = {"id": new_id(card_id), "agency_id": agency_id, "version": version, "currency": card.currency}
    rest = {"card": card.as_json(), "account_id": account_id, "made_at": tx.now}
    return insert(tx, "rate_card", {**values, **rest}, agency_id=agency_id, version=version)


def rate_cards(tx: Transaction, agency_id: str) -> tuple[CardSeen, ...]:
    """Every version of an agency's rate card, the newest first."""
    rows = tx.execute("SELECT * FROM rate_card WHERE agency_id = ? ORDER BY version DESC", [agency_id])
    return tuple(_card(row) for row in rows)


def _card(row: Row) -> CardSeen:
    card = RateCard.from_told(json.loads(row["card"]))
    return CardSeen(row["id"], row["version"], card, datetime.fromisoformat(row["made_at"]))


def _newest_card(tx: Transaction, agent: Agent) -> CardSeen:
    cards = rate_cards(tx, agent.agency_id or "")
    if not cards:
        raise LicenceRefuses("The agency has no rate card yet: enter one first.")
    return cards[0]


def _own_person(tx: Transaction, agent: Agent, consent_id: str) -> Row:
    rows = tx.execute(
        "SELECT p.id AS person_id, a.commission_bp FROM consent c JOIN twin t ON t.id = c.twin_id"
        " JOIN person p ON p.id = t.person_id JOIN agency a ON a.id = p.agency_id WHERE c.id = ? AND a.id = ?",
        [consent_id, agent.agency_id],
    )
    if not rows:
        raise NotFound("There is no such consent.")
    return rows[0]


def _standing_consent(tx: Transaction, consent_id: str) -> Consent:
    rows = tx.execute("SELECT * FROM consent WHERE id = ?", [consent_id])
    if not rows:
        raise NotFound("There is no such consent.")
    if tx.execute("SELECT 1 FROM revocation WHERE scope = 'consent' AND subject_id = ?", [consent_id]):
        raise ConsentWithdrawn("This consent has been taken back; no licence can rest on it.")
    return read_consent(rows[0])


def _first_use(tx: Transaction, proposal: Proposal) -> datetime:
    """When the licence's images may first be used: never before her notice is over."""
    if proposal.notice_hours < LEAST_NOTICE_HOURS:
        raise BadValue(f"She is told of a licence at least {LEAST_NOTICE_HOURS} hours before its first use.")
    told = max(proposal.starts_at, tx.at + timedelta(hours=proposal.notice_hours))
    first = proposal.earliest_use_at or told
    if first < told:
        raise LicenceRefuses(f"The first use would come before her notice is over: choose {text_of(told)[:16]} UTC or later.")
    return first
