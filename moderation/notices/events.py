"""Which events concern whom: one SELECT a kind over what the audit chain gained, joined to the rows that the event is about."""

from enum import StrEnum


class Kind(StrEnum):
    """What a notice tells."""

    HER_TURN = "her turn"
    APPROVED = "approved"
    CHANGE_ASKED = "change asked"
    REFUSED = "refused"
    REFUSED_FOR_HER = "refused for her"
    TRIED = "tried in her place"
    RELEASED = "released"
    TAKING_BACK = "taking back"
    RECALL = "recall"
    REMINDER = "recall reminder"
    DRAFT = "draft"
    STATEMENT = "statement"


HERS = ("sign", "approve", "refuse", "ask for a change", "take an approval back")
"""The acts (`moderation.audit.attempts.watched`) that nobody but the person herself may do."""

_TO_HER = """JOIN render r ON r.id = u.subject JOIN twin t ON t.id = r.twin_id
JOIN account a ON a.person_id = t.person_id AND a.disabled_at IS NULL AND a.id <> u.actor"""
_TO_MAKER = "JOIN render r ON r.id = u.subject JOIN account a ON a.id = r.maker_id AND a.disabled_at IS NULL AND a.id <> u.actor"
_TO_WHOM_IT_WAS = _TO_HER.replace("r.id = u.subject", "r.id = json_extract(u.facts, '$.on')")
# Several of one kind in one pass are one notice: somebody away for a night is told once that forty images wait.
_TOGETHER = "SELECT a.id AS account_id, max(u.seq) AS event, max(u.subject) AS subject_id, count(*) AS n, max(u.at) AS at"
_ATTEMPTS = _TOGETHER.replace("max(u.subject)", "max(r.id)")
_RECALLS = _TOGETHER.replace("max(u.subject)", "max(c.render_id)")
_ONE = "SELECT a.id AS account_id, {0}.id AS event, {0}.id AS subject_id, 1 AS n, u.at"


def _new(selected: str, joins: str, event: str) -> str:
    """What `selected` names of the audit rows that are new and tell of this event."""
    return f"{selected} FROM audit u {joins} WHERE u.seq > :after AND u.seq <= :until AND u.event {event}"


def _of_image(kind: Kind, to: str) -> str:
    return _new(_TOGETHER, to, f"= 'render.{kind.value}'") + " GROUP BY a.id"


_CONCERNED = """
JOIN taking_back k ON k.id = json_extract(u.facts, '$.revocation_id') JOIN twin t ON t.id = k.twin_id
JOIN person p ON p.id = t.person_id JOIN account a ON a.disabled_at IS NULL AND a.id <> u.actor AND (
    (a.role = 'agency' AND a.agency_id = p.agency_id)
    OR (a.role = 'creative' AND CASE k.scope
        WHEN 'image' THEN a.brand_id = (SELECT r.brand_id FROM render r WHERE r.id = k.subject_id)
        ELSE EXISTS (SELECT 1 FROM licence l WHERE l.brand_id = a.brand_id AND l.twin_id = k.twin_id
            AND l.ends_at > k.requested_at
            AND CASE k.scope WHEN 'licence' THEN l.id = k.subject_id WHEN 'consent' THEN l.consent_id = k.subject_id
            ELSE 1 END) END))
"""
_RECALLED = """JOIN recall c ON c.id = json_extract(u.facts, '$.{field}') JOIN render r ON r.id = c.render_id
JOIN account a ON a.role = 'creative' AND a.brand_id = c.brand_id AND a.disabled_at IS NULL"""
_DRAFTED = """JOIN consent_draft d ON d.id = u.subject AND d.ended_at IS NULL
JOIN account a ON a.person_id = d.person_id AND a.disabled_at IS NULL AND a.id <> u.actor"""

EVENTS: dict[Kind, str] = {
    Kind.HER_TURN: _of_image(Kind.HER_TURN, _TO_HER),
    Kind.RELEASED: _of_image(Kind.RELEASED, _TO_HER),
    Kind.APPROVED: _of_image(Kind.APPROVED, _TO_MAKER),
    Kind.CHANGE_ASKED: _of_image(Kind.CHANGE_ASKED, _TO_MAKER),
    Kind.REFUSED: _of_image(Kind.REFUSED, _TO_MAKER),
    Kind.REFUSED_FOR_HER: _new(_TOGETHER, _TO_HER, "= 'render.refused' AND json_extract(u.facts, '$.mover') = 'agency'")
    + " GROUP BY a.id",
    Kind.TRIED: _new(_ATTEMPTS, _TO_WHOM_IT_WAS, f"= 'attempt.refused' AND json_extract(u.facts, '$.act') IN {HERS}")
    + " GROUP BY a.id",
    Kind.TAKING_BACK: _new(_ONE.format("k"), _CONCERNED, "LIKE '%.revoked'") + " GROUP BY a.id, k.id",
    Kind.RECALL: _new(_RECALLS, _RECALLED.format(field="id"), "= 'recall.noticed'")
    + " GROUP BY a.id, coalesce(c.taking_back_id, r.licence_id)",
    Kind.REMINDER: _new(_RECALLS, _RECALLED.format(field="recall_id"), "= 'recall.overdue'") + " GROUP BY a.id",
    Kind.DRAFT: _new(_ONE.format("d"), _DRAFTED, "= 'consent.drafted'"),
}
"""By kind: account, a key that no other event of the kind has, what it is about, how many, and when (ISO text, UTC)."""

STATEMENTS = """
SELECT DISTINCT a.id AS account_id, n.party || '/' || n.party_id || '/' || substr(n.posted_at, 1, 7) AS event,
    n.party || '/' || n.party_id || '/' || substr(n.posted_at, 1, 7) AS subject_id, 1 AS n, :at AS at
FROM ledger_line n JOIN account a ON a.disabled_at IS NULL
    AND ((n.party = 'person' AND a.person_id = n.party_id) OR (n.party = 'agency' AND a.agency_id = n.party_id))
WHERE substr(n.posted_at, 1, 7) >= :first AND substr(n.posted_at, 1, 7) < :month
"""
"""The statements of the months that have closed since the last look, for those who received something in them."""
