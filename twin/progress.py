"""How far the images of a brand are, as its pages show it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from twin.ports import Store

_SEEN = """
SELECT r.id AS render_id, r.state, coalesce(j.step, 0) AS step, coalesce(j.steps, 0) AS steps, coalesce(j.attempt, 0) AS attempt,
    CASE WHEN j.kind = 'paint' AND j.state = 'waiting' THEN (SELECT count(*) FROM job b WHERE b.kind = 'paint'
        AND b.state IN ('waiting', 'running') AND (b.created_at, b.id) < (j.created_at, j.id)) ELSE 0 END AS ahead,
    coalesce(r.failure, j.error) AS note
FROM render r LEFT JOIN job j ON j.id = (SELECT max(id) FROM job WHERE render_id = r.id)
WHERE r.brand_id = :brand AND r.id IN (SELECT value FROM json_each(:ids)) ORDER BY r.created_at, r.id
"""


@dataclass(frozen=True)
class Progress:
    """One image: its state, the step of how many, the attempt, how many paintings wait before it, and what went wrong."""

    render_id: str
    state: str
    step: int
    steps: int
    attempt: int
    ahead: int
    note: str | None


def progress(store: Store, render_ids: Sequence[str], brand_id: str) -> list[Progress]:
    """The brand's own images among `render_ids`, oldest first; ids of others are as good as unknown."""
    seen = store.rows(_SEEN, {"brand": brand_id, "ids": json.dumps(list(render_ids))})
    return [Progress(**row) for row in seen]
