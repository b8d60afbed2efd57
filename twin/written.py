"""How the registry's values stand in rows, and how they are read back."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from twin.consent import Consent, ContentLimit, Medium, Pay, PayBasis, Topic, Use, use_as_mapping
from twin.licence import Licence


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
    )
