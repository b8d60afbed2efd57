"""What the safeguards found, one short sentence each, with its scale, and on the desk a button that points at it."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from moderation.pages.markup import chip
from moderation.pages.overlay import place_of
from moderation.pages.scale import scale_of, scale_svg

TITLES = {
    "one_face": "Exactly one face",
    "face_size": "Large enough to judge",
    "likeness": "The consenting person",
    "copy": "Not a copy of a reference",
    "nobody_else": "Nobody else",
    "protected": "Nobody who asked never to be painted",
    "manipulation": "No sign of manipulation",
    "examination": "The examination",
}
OUTCOMES = {"clear": "clear", "refer": "a person decides", "block": "stopped", "unexamined": "not examined"}
"""An outcome as people read it."""
KEY = Markup(
    '<p class="ts-key ts-quiet"><span data-key="score">this image</span> '
    '<span data-key="own">her own pictures, dark the middle half</span> '
    '<span data-key="between">a person decides</span> <span data-key="other">the nearest of the others</span> '
    '<a class="ts-link" href="/scales" target="_blank" rel="noopener">What these scales mean</a></p>'
)


def title_of(safeguard: str) -> str:
    """What a safeguard asks, in words."""
    return TITLES.get(safeguard, safeguard.replace("_", " ").capitalize())


def findings_list(findings: Sequence[Mapping[str, Any]], drawn_on: tuple[int | None, int | None] | None = None) -> Markup:
    """Every finding: what was asked, the outcome, the reason in words, the score with its limits, and the model.

    `drawn_on` is the size of the picture beside it, where there is one to point at; there what did not clear comes first.
    """
    if not findings:
        return Markup('<p class="ts-note">The safeguards have not looked at it yet.</p>')
    ordered = findings if drawn_on is None else sorted(findings, key=lambda finding: finding["outcome"] == "clear")
    listed = Markup('<ul class="ts-findings">{}</ul>').format(Markup("").join(_finding(one, drawn_on) for one in ordered))
    return listed if drawn_on is None else KEY + listed


def _finding(finding: Mapping[str, Any], drawn_on: tuple[int | None, int | None] | None) -> Markup:
    scale = scale_of(finding)
    return Markup(
        '<li data-state="{outcome}"><div class="ts-line"><b>{title}</b>{chip}</div>'
        '<p>{reason}</p>{drawn}{pointer}<p class="ts-quiet">{source}</p></li>'
    ).format(
        outcome=finding["outcome"],
        title=title_of(finding["safeguard"]),
        chip=chip(OUTCOMES.get(finding["outcome"], finding["outcome"]), finding["outcome"]),
        reason=finding["reason"],
        drawn=scale_svg(scale, finding["outcome"]) if scale else "",
        pointer="" if drawn_on is None else _pointer(finding, *drawn_on),
        source=_source(finding, drawn_on is None),
    )


def _pointer(finding: Mapping[str, Any], width: int | None, height: int | None) -> Markup:
    """Buttons that show on the picture what the finding speaks of, or the reference it names; and where that is, in words."""
    evidence = finding.get("evidence") or {}
    place, reference = place_of(finding, width, height), evidence.get("nearest_reference")
    shown = Markup("")
    if place:
        what = "Show the map" if "map" in evidence else "Show the face"
        shown += Markup('<button type="button" data-draws="{}" aria-pressed="false">{}: {}</button>').format(
            finding["safeguard"], what, place
        )
    if reference:
        shown += Markup('<button type="button" data-leaf-to="{}">Show the nearest reference</button>').format(reference)
    return Markup('<p class="ts-points">{}</p>').format(shown) if shown else shown


def _source(finding: Mapping[str, Any], with_reference: bool) -> Markup:
    nearest = (finding.get("evidence") or {}).get("nearest_reference") if with_reference else None
    by = (
        Markup('<span title="{}">{}</span>').format(f"SHA-256 {finding['model_sha256']}", finding["model"])
        if finding["model"]
        else ""
    )
    near = Markup("nearest reference {}").format(nearest) if nearest else ""
    return Markup(" · ").join(part for part in (by, near) if part)
