"""Whose job is next: examinations before paintings, and of paintings one brand's after another's, however many each ordered."""

ATTEMPTS = 3
"""So many workers may lose or fail at a job before it ends."""

DUE = "((state = 'waiting' AND not_before <= :now) OR (state = 'running' AND lease_until <= :now))"
"""What a worker may take: what waits and has rested, and what another worker let go cold."""

NEXT = f"""
WITH due AS (
    SELECT j.id, j.kind, j.created_at, r.brand_id
    FROM (SELECT * FROM job WHERE {DUE} AND attempt < {ATTEMPTS} AND (kind <> 'paint' OR NOT :halted)) j
    JOIN render r ON r.id = j.render_id
    WHERE j.kind <> 'paint' OR r.painter NOT IN (SELECT value FROM json_each(:barred))
), served AS (
    SELECT r.brand_id, max(j.at) AS at FROM (
        SELECT render_id, '~' AS at FROM job WHERE state = 'running' AND lease_until > :now AND +kind = 'paint'
        UNION ALL
        SELECT render_id, ended_at FROM job WHERE kind = 'paint' AND ended_at >= (SELECT min(created_at) FROM due)
    ) j JOIN render r ON r.id = j.render_id GROUP BY r.brand_id
)
SELECT due.id FROM due LEFT JOIN served ON served.brand_id = due.brand_id AND due.kind = 'paint'
ORDER BY due.kind = 'paint', coalesce(served.at, ''), due.created_at, due.id LIMIT 1"""
"""The brand that was painted for longest ago comes first, one that is being painted for last ('~' is after every time); then the
oldest order. A worker is told only of what it may take: `barred` (JSON) are the painters that it leaves to others. What ended
before the oldest of those that wait was ordered gives nobody a place behind. The sign before `kind` keeps SQLite to the index of
states, where few run; by kind it would read every job there ever was."""

OPEN = f"""
SELECT 1 FROM job WHERE {DUE} AND (kind <> 'paint' OR attempt >= {ATTEMPTS} OR NOT EXISTS (
    SELECT 1 FROM render r WHERE r.id = job.render_id AND r.painter IN (SELECT value FROM json_each(:barred)))) LIMIT 1"""
"""Whether there is anything at all to take or to end for a worker that leaves the `barred` painters to others."""
