"""The SQL behind cards and stories of images; who may see which rows is for `insight_scope` to say."""

from moderation.desk.claims import STANDS
from moderation.desk.insight_scope import HER_OWN_NO

CARDS = f"""
SELECT render.*, t.name AS twin_name, t.person_id, p.name AS person_name, p.agency_id, b.name AS brand_name,
    h.title AS shoot_title, l.campaign, l.product_line, l.advertiser, l.territory, l.uses, l.media,
    f.fee_minor, f.currency, l.payment_days,
    w.starts_at, w.ends_at, w.requested_at, w.effective_at,
    (SELECT c.use_ends_at FROM recall c WHERE c.render_id = render.id) AS recalled_from,
    s.sealed_sha256, s.preview_sha256, s.width, s.height,
    (SELECT v.outcome FROM verdict v WHERE v.render_id = render.id ORDER BY v.attempt DESC LIMIT 1) AS verdict,
    c.account_id AS claimed_by, ca.name AS claimed_by_name, c.lease_until AS claimed_until, {HER_OWN_NO} AS her_no,
    EXISTS (SELECT 1 FROM erasure x WHERE x.person_id = t.person_id) AS erased,
    (SELECT ea.name FROM escalation e JOIN account ea ON ea.id = e.account_id
        WHERE e.render_id = render.id AND {STANDS} ORDER BY e.raised_at DESC LIMIT 1) AS escalated_by,
    EXISTS (SELECT 1 FROM decision q WHERE q.render_id = render.id AND q.kind = 'appeal') AS appealed,
    (SELECT g.removed_at FROM removed_picture g WHERE g.render_id = render.id) AS removed_at
FROM render
JOIN twin t ON t.id = render.twin_id JOIN person p ON p.id = t.person_id JOIN brand b ON b.id = render.brand_id
JOIN shoot h ON h.id = render.shoot_id JOIN licence l ON l.id = render.licence_id
JOIN licence_window w ON w.licence_id = render.licence_id JOIN image_fee f ON f.render_id = render.id
LEFT JOIN submission s ON s.render_id = render.id
LEFT JOIN claim c ON c.render_id = render.id AND c.lease_until > :now AND render.state = 'in review'
LEFT JOIN account ca ON ca.id = c.account_id
"""

FINDINGS = """
SELECT f.* FROM finding f WHERE f.render_id = ?1
AND f.attempt = (SELECT max(attempt) FROM finding WHERE render_id = ?1) ORDER BY f.position
"""
DECISIONS = """
SELECT d.*, a.name AS by_name, a.role AS by_role, EXISTS (SELECT 1 FROM decision n WHERE n.supersedes_id = d.id) AS superseded
FROM decision d JOIN account a ON a.id = d.account_id WHERE d.render_id = ? ORDER BY d.decided_at, d.rowid
"""
RELEASE = "SELECT e.*, a.name AS by_name FROM release e JOIN account a ON a.id = e.account_id WHERE e.render_id = ?"
COPIES = """
SELECT c.* FROM release_copy c JOIN release e ON e.id = c.release_id WHERE e.render_id = ? ORDER BY c.bytes DESC
"""
DOWNLOADS = """
SELECT g.granted_at, g.copy, a.name AS by_name FROM download_grant g JOIN release e ON e.id = g.release_id
JOIN account a ON a.id = g.account_id WHERE e.render_id = ? ORDER BY g.granted_at, g.rowid
"""
LINES = """
SELECT n.party, n.party_id, n.kind, n.amount_minor, n.currency, n.posted_at FROM ledger_line n
JOIN release e ON e.id = n.release_id WHERE e.render_id = :render_id
"""
HISTORY = """
SELECT u.at, u.actor, coalesce(a.name, u.actor) AS actor_name, u.event, u.facts FROM audit u
LEFT JOIN account a ON a.id = u.actor WHERE u.subject = ? ORDER BY u.seq
"""
ESCALATIONS = f"""
SELECT e.*, a.name AS by_name, {STANDS} AS stands FROM escalation e JOIN account a ON a.id = e.account_id
WHERE e.render_id = ? ORDER BY e.raised_at, e.id
"""
