"""What the safeguards found, one short sentence each, with its scale."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from moderation.pages.markup import chip
from moderation.pages.scale import scale_of, scale_svg

TITLES = {
    "one_face": "Exactly one face",
    "face_size": "Large enough to judge",
    "likeness": "The consenting person",
    "copy": "Not a copy of a reference",
    "nobody_else": "Nobody else",
    "manipulation": "No sign of manipulation",
    "examination": "The examination",
}
OUTCOMES = {"clear": "clear", "refer": "a person decides", "block": "stopped", "unexamined": "not examined"}
"""An outcome as people read it."""


def title_of(safeguard: str) -> str:
    """What a safeguard asks, in words."""
    return TITLES.get(safeguard, safeguard.replace("_", " ").capitalize())


def findings_list(findings: Sequence[Mapping[str, Any]]) -> Markup:
    """Every finding: what was asked, the outcome, the reason in words, the score with its limits, and the model."""
    if not findings:
        return Markup('<p class="ts-note">The safeguards have not looked at it yet.</p>')
    return Markup('<ul class="ts-findings">{}</ul>').format(Markup("").join(_finding(finding) for finding in findings))


def _finding(finding: Mapping[str, Any]) -> Markup:
    scale = scale_of(finding)
    drawn = scale_svg(scale, finding["outcome"]) if scale else Markup("")
    nearest = (finding.get("evidence") or {}).get("nearest_reference")
    by = (
        Markup('<span title="{}">{}</span>').format(f"SHA-256 {finding['model_sha256']}", finding["model"])
        if finding["model"]
        else ""
    )
    near = Markup("nearest reference {}").format(nearest) if nearest else ""
    source = Markup(" · ").join(part for part in (by, near) if part)
    return Markup(
        '<li data-state="{outcome}"><div class="ts-line"><b>{title}</b>{chip}</div>'
        '<p>{reason}</p>{drawn}<p class="ts-quiet">{source}</p></li>'
    ).format(
        outcome=finding["outcome"],
        title=title_of(finding["safeguard"]),
        chip=chip(OUTCOMES.get(finding["outcome"], finding["outcome"]), finding["outcome"]),
        reason=finding["reason"],
        drawn=drawn,
        source=source,
    )


def face_boxes(findings: Sequence[Mapping[str, Any]], width: int | None, height: int | None) -> Markup:
    """The faces that were found, as frames over the picture of `width` × `height` pixels; empty when none is told."""
    boxes = [face["box"] for finding in findings for face in (finding.get("evidence") or {}).get("faces", []) if "box" in face]
    if not boxes or not width or not height:
        return Markup("")
    frames = Markup("").join(
        Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(a, b, c - a, d - b) for a, b, c, d in boxes
    )
    return Markup('<svg class="ts-boxes" viewBox="0 0 {} {}" aria-hidden="true">{}</svg>').format(width, height, frames)
