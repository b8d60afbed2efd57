"""The form in which an agency writes a licence: what stands in it at first, and the proposal that it says."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from twin.consents.consent import Consent, Medium, PayBasis, check_specific, check_term
from twin.consents.form import Fields
from twin.errors import BadValue
from twin.form_reading import Reading, amount_or_none, first_moment, first_moment_or_none, percent, whole
from twin.licences.licence import Exclusivity
from twin.licences.licensing import LEAST_NOTICE_HOURS, Proposal
from twin.licences.shares import HIGHEST_SHARE_BP

TERM = timedelta(days=180)
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


def first_fields(consent: Consent, now: datetime) -> Fields:
    """What a form says before anybody writes: the first use of the consent, from when her notice is over."""
    first = consent.uses[0]
    begins = max(consent.starts_at, now + timedelta(hours=LEAST_NOTICE_HOURS)) + timedelta(hours=23, minutes=59)
    ends = min(consent.ends_at, begins + TERM)
    return {
        "line": [first.product_line],
        "territory": [first.territory],
        "media": [first.medium.value],
        "starts": [f"{begins:%Y-%m-%d}"],
        "ends": [f"{ends:%Y-%m-%d}"],
        "images": ["20"],
        "payment_days": ["30"],
        "notice_hours": [str(LEAST_NOTICE_HOURS)],
        "revocation_hours": ["0"],
        "fee_model": [consent.pay.basis.value],
        "share": ["0"],
    }


def read_proposal(reading: Reading, consent_id: str) -> tuple[Proposal, int]:
    """The proposal that a form says, and the share of the people behind the look in basis points. Raises FormRefused."""
    told = _what(reading) | _how_much(reading) | _when(reading)
    share_bp = reading.take("share", percent, 0)
    if share_bp > HIGHEST_SHARE_BP:
        reading.complain("share", f"The people behind a look get from 0 to {HIGHEST_SHARE_BP // 100} per cent of the fee.")
    return reading.built(lambda: Proposal(consent_id=consent_id, **told)), share_bp


def _what(reading: Reading) -> dict[str, Any]:
    campaign, advertiser, line = (reading.text(name) for name in ("campaign", "advertiser", "line"))
    for name, text, words in (("campaign", campaign, "campaign"), ("advertiser", advertiser, "advertiser")):
        if not text:
            reading.complain(name, f"Name the {words}.")
    reading.check("line", lambda: check_specific(line, "The product line", fewest=1))
    uses = tuple(use for use in (part.strip() for part in reading.text("uses").splitlines()) if use)
    for use in uses:
        reading.check("uses", partial(check_specific, use, "A use of the licence", fewest=3))
    if not uses:
        reading.complain("uses", "Tell her where she will be seen, in one sentence a line.")
    media = tuple(Medium(one) for one in reading.many("media") if one in list(Medium))
    if not media:
        reading.complain("media", "Choose at least one medium.")
    if not reading.text("brand"):
        reading.complain("brand", "Choose the brand.")
    territory = reading.text("territory")
    return {
        "brand_id": reading.text("brand"),
        "campaign": campaign,
        "advertiser": advertiser,
        "product_line": line,
        "uses": uses,
        "media": media,
        "territory": territory if territory == "worldwide" else territory.upper(),
        "exclusivity": Exclusivity.CATEGORY if reading.text("exclusive") else Exclusivity.NONE,
        "category": reading.text("category"),
    }


def _how_much(reading: Reading) -> dict[str, Any]:
    return {
        "max_images": reading.take("images", _at_least_one, 1),
        "payment_days": reading.take("payment_days", whole, 0),
        "fee_model": reading.take("fee_model", _basis, PayBasis.IMAGE),
        "agreed_minor": reading.take("agreed", amount_or_none, None),
        "agreed_variant_minor": reading.take("agreed_variant", amount_or_none, None),
    }


def _when(reading: Reading) -> dict[str, Any]:
    starts_at, ends_at = (reading.take(name, first_moment, _NEVER) for name in ("starts", "ends"))
    if not {"starts", "ends"} & reading.complaints.keys():
        reading.check("ends", lambda: check_term(starts_at, ends_at, "The licence"))
    return {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "notice_hours": reading.take("notice_hours", whole, LEAST_NOTICE_HOURS),
        "earliest_use_at": reading.take("first_use", first_moment_or_none, None),
        "revocation_notice_hours": reading.take("revocation_hours", whole, 0),
    }


def _at_least_one(text: str) -> int:
    number = whole(text)
    if number < 1:
        raise BadValue("A licence is for at least one image.")
    return number


def _basis(text: str) -> PayBasis:
    try:
        return PayBasis(text)
    except ValueError as error:
        raise BadValue("A fee is per image, per variant or a buyout.") from error
