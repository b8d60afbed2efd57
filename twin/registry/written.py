"""How the registry's values stand in rows, and how they are read back."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from twin.consents.consent import Consent, ContentLimit, Medium, Pay, PayBasis, Topic, Use, use_as_mapping
from twin.consents.own_consent import Apart, OwnConsent
from twin.licences.licence import Exclusivity, Licence
from twin.licences.rates import Priced


def text_of(moment: datetime) -> str:
    """A moment as the database compares it: UTC ISO text with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def consent_row(consent: Consent) -> dict[str, Any]:
    """The columns of a consent but for its id."""
    return {
        "twin_id": consent.twin_id,
        "version": consent.version,
        "scope": consent.scope,
        "purpose": consent.purpose,
        "pay_minor": consent.pay.minor,
        "currency": consent.pay.currency,
        "pay_basis": consent.pay.basis.value,
        "uses": json.dumps([use_as_mapping(use) for use in consent.uses], ensure_ascii=False),
        "content_limits": json.dumps(
            [{"topic": limit.topic.value, "sentence": limit.sentence} for limit in consent.content_limits], ensure_ascii=False
        ),
        "disclosure_text": consent.disclosure_text,
        "training_allowed": int(consent.training_allowed),
        "counsel_or_union": consent.counsel_or_union,
        "language": consent.language,
        "starts_at": text_of(consent.starts_at),
        "ends_at": text_of(consent.ends_at),
        "signed_at": text_of(consent.signed_at),
    }


def read_consent(row: Mapping[str, Any]) -> Consent:
    """The consent in a row. Raises BadValue when the row is none."""
    return Consent(
        twin_id=row["twin_id"],
        version=row["version"],
        scope=row["scope"],
        purpose=row["purpose"],
        pay=Pay(row["pay_minor"], row["currency"], PayBasis(row["pay_basis"])),
        uses=tuple(Use(Medium(u["medium"]), u["territory"], u["product_line"]) for u in json.loads(row["uses"])),
        content_limits=tuple(ContentLimit(Topic(c["topic"]), c["sentence"]) for c in json.loads(row["content_limits"])),
        disclosure_text=row["disclosure_text"],
        training_allowed=bool(row["training_allowed"]),
        counsel_or_union=row["counsel_or_union"],
        language=row["language"],
        starts_at=datetime.fromisoformat(row["starts_at"]),
        ends_at=datetime.fromisoformat(row["ends_at"]),
        signed_at=datetime.fromisoformat(row["signed_at"]),
    )


def licence_row(licence: Licence) -> dict[str, Any]:
    """The columns of a licence but for its id, its consent and its fence."""
    return {
        "twin_id": licence.twin_id,
        "brand_id": licence.brand_id,
        "campaign": licence.campaign,
        "advertiser": licence.advertiser,
        "product_line": licence.product_line,
        "uses": json.dumps(licence.uses, ensure_ascii=False),
        "media": json.dumps([medium.value for medium in licence.media]),
        "territory": licence.territory,
        "fee_minor": licence.fee_minor,
        "currency": licence.currency,
        "payment_days": licence.payment_days,
        "max_images": licence.max_images,
        "starts_at": text_of(licence.starts_at),
        "ends_at": text_of(licence.ends_at),
        "exclusivity": licence.exclusivity.value,
        "category": licence.category,
        "notice_hours": licence.notice_hours,
        "earliest_use_at": None if licence.earliest_use_at is None else text_of(licence.earliest_use_at),
        "fee_model": licence.fee_model.value,
        "variant_minor": licence.variant_minor,
        "commission_bp": licence.commission_bp,
        "revocation_notice_hours": licence.revocation_notice_hours,
        "rate": "{}" if licence.priced is None else licence.priced.as_json(),
    }


def read_licence(row: Mapping[str, Any]) -> Licence:
    """The licence in a row. Raises BadValue when the row is none."""
    return Licence(
        twin_id=row["twin_id"],
        brand_id=row["brand_id"],
        campaign=row["campaign"],
        advertiser=row["advertiser"],
        product_line=row["product_line"],
        uses=tuple(json.loads(row["uses"])),
        media=tuple(Medium(medium) for medium in json.loads(row["media"])),
        territory=row["territory"],
        fee_minor=row["fee_minor"],
        currency=row["currency"],
        payment_days=row["payment_days"],
        max_images=row["max_images"],
        starts_at=datetime.fromisoformat(row["starts_at"]),
        ends_at=datetime.fromisoformat(row["ends_at"]),
        exclusivity=Exclusivity(row["exclusivity"]),
        category=row["category"],
        notice_hours=row["notice_hours"],
        earliest_use_at=datetime.fromisoformat(row["earliest_use_at"]) if row["earliest_use_at"] else None,
        fee_model=PayBasis(row["fee_model"]),
        variant_minor=row["variant_minor"],
        commission_bp=row["commission_bp"],
        revocation_notice_hours=row["revocation_notice_hours"],
        priced=Priced.from_json(row["rate"]),
    )


def own_consent_row(consent: OwnConsent) -> dict[str, Any]:
    """The columns of a consent that stands apart but for its id; its kind names the table."""
    return {
        "person_id": consent.person_id,
        "version": consent.version,
        "purpose": consent.purpose,
        "language": consent.language,
        "starts_at": text_of(consent.starts_at),
        "ends_at": text_of(consent.ends_at),
        "signed_at": text_of(consent.signed_at),
    }


def read_own_consent(kind: Apart, row: Mapping[str, Any]) -> OwnConsent:
    """The consent in a row of the table of its kind. Raises BadValue when the row is none."""
    return OwnConsent(
        kind=kind,
        person_id=row["person_id"],
        version=row["version"],
        purpose=row["purpose"],
        starts_at=datetime.fromisoformat(row["starts_at"]),
        ends_at=datetime.fromisoformat(row["ends_at"]),
        signed_at=datetime.fromisoformat(row["signed_at"]),
        language=row["language"],
    )
