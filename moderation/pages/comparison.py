"""Her references beside the image that is judged: the nearest first, and the others to leaf through."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from moderation.desk.insight import Card, Story
from moderation.examining.references import Reference
from moderation.pages.markup import note

SOURCES = {"rendered": "a render", "photographed": "a photograph"}


def comparison(story: Story, references: Sequence[Reference]) -> Markup:
    """One reference at a time, in the order of their likeness to this image; the browser fetches those that are looked at."""
    card = story.card
    if not references:
        return note(f"No reference of {card.twin_name} can be shown: none is enrolled, or the rights to this image have ended.")
    leaves = _leaves(card, _nearest_first(references, _lengths(story.findings)))
    first = leaves[0]
    return Markup(
        '<section class="ts-leaves" aria-label="References of {name}" data-leaves="{leaves}">'
        '<figure class="ts-picture"><div class="ts-print"><img src="{url}" alt="{alt}" decoding="async"></div>'
        '<figcaption aria-live="polite"><b>Reference</b> <span>{caption}</span></figcaption></figure>'
        '<p class="ts-leafing"><button type="button" data-leaf="-1" aria-label="Previous reference" disabled>‹</button>'
        '<button type="button" data-leaf="1" aria-label="Next reference"{last}>›</button>'
        '<button type="button" id="large" data-wish="large" aria-pressed="false">Larger</button></p></section>'
    ).format(
        name=card.twin_name,
        leaves=json.dumps(leaves),
        url=first["url"],
        alt=first["alt"],
        caption=first["caption"],
        last=Markup(" disabled") if len(leaves) == 1 else "",
    )


def _lengths(findings: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """{reference: distance} as the likeness finding told them."""
    for finding in findings:
        told = (finding.get("evidence") or {}).get("references")
        if finding["safeguard"] == "likeness" and isinstance(told, dict):
            return {str(name): float(length) for name, length in told.items() if isinstance(length, int | float)}
    return {}


def _nearest_first(references: Sequence[Reference], lengths: Mapping[str, float]) -> list[tuple[Reference, float | None]]:
    """Those that were compared by their distance, then those enrolled since."""
    return sorted(
        ((one, lengths.get(one.id)) for one in references), key=lambda pair: (pair[1] is None, pair[1] or 0.0, pair[0].id)
    )


def _leaves(card: Card, ordered: Sequence[tuple[Reference, float | None]]) -> list[dict[str, str]]:
    leaves = []
    for number, (one, length) in enumerate(ordered, 1):
        place = f"{number} of {len(ordered)}"
        kind = SOURCES.get(one.source, one.source)
        near = "" if length is None else f"distance {length:.2f}" if number > 1 else f"the nearest, distance {length:.2f}"
        words = ", ".join(part for part in (kind, near) if part)
        leaves.append(
            {
                "id": one.id,
                "url": f"/media/reference/{one.id}",
                "alt": f"Reference {place} of {card.twin_name}: {words}",
                "caption": f"{place} of {card.twin_name}, {words}",
            }
        )
    return leaves
