"""The set seen from above: four lamps drawn in the strength and warmth that are chosen."""

import math
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from twin.looks.look import LAMPS, STRENGTH, Lamp, Light

WIDTH, HEIGHT = 340, 236
SUBJECT = (170.0, 106.0)
CAMERA_Y = 216.0

WARMTH = (
    (2500, (255, 161, 72)),
    (4000, (255, 209, 163)),
    (5500, (255, 236, 224)),
    (6600, (255, 253, 250)),
    (9000, (210, 223, 255)),
)
"""Tints of a black body at a few temperatures (sRGB), between which the plan interpolates; the painter's own are exact."""


@dataclass(frozen=True)
class Place:
    """Where a lamp stands on the plan, in SVG units, and where its name goes."""

    x: float
    y: float
    label: tuple[float, float, str]


PLACES = {
    "key": Place(64, 172, (64, 202, "middle")),
    "fill": Place(276, 172, (276, 202, "middle")),
    "rim": Place(252, 34, (276, 38, "start")),
}


def tint(kelvin: float) -> str:
    """The colour a lamp of `kelvin` is drawn in, as #rrggbb."""
    low, high = WARMTH[0], WARMTH[-1]
    kelvin = min(max(kelvin, low[0]), high[0])
    for (k0, c0), (k1, c1) in pairwise(WARMTH):
        if kelvin <= k1:
            share = (kelvin - k0) / (k1 - k0)
            return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(c0, c1, strict=True))
    return "#" + "".join(f"{part:02x}" for part in high[1])


def light_plan(light: Light) -> Markup:
    """The plan as an SVG that names every lamp with strength and warmth, for eyes and for screen readers."""
    lamps = dict(zip(LAMPS, light.lamps, strict=True))
    told = ", ".join(f"{name} {lamp.strength:.2f} at {lamp.kelvin:.0f} K" for name, lamp in lamps.items())
    beams = Markup("").join(_beam(name, lamps[name]) for name in PLACES)
    heads = Markup("").join(_head(name, lamps[name]) for name in PLACES)
    return Markup(
        '<svg class="ts-plan" viewBox="0 0 {w} {h}" role="img" aria-label="The set from above: {told}">'
        "{room}{beams}{subject}{heads}</svg>"
    ).format(w=WIDTH, h=HEIGHT, told=told, room=_room(lamps["ambient"]), beams=beams, subject=_subject(), heads=heads)


def _room(ambient: Lamp) -> Markup:
    share = ambient.strength / STRENGTH[1]
    return Markup(
        '<rect class="ts-plan-room" x="1" y="1" width="338" height="234" rx="6"/>'
        '<rect x="1" y="1" width="338" height="234" rx="6" fill="{}" fill-opacity="{:.3f}"/>'
        '<path class="ts-plan-paper" d="M88 16 H252"/>'
        '<text class="ts-plan-text" x="14" y="24">ambient {:.1f}</text>'
    ).format(tint(ambient.kelvin), 0.04 + 0.3 * share, ambient.strength)


def _beam(name: str, lamp: Lamp) -> Markup:
    """A cone from the lamp past the subject; the stronger the lamp, the wider and denser."""
    if lamp.strength <= 0:
        return Markup("")
    place = PLACES[name]
    share = min(1.0, lamp.strength / 2)
    dx, dy = SUBJECT[0] - place.x, SUBJECT[1] - place.y
    length = math.hypot(dx, dy)
    ux, uy = dx / length, dy / length
    reach = length * (1.0 + 0.6 * share)
    half = 22 + 34 * share
    tip_x, tip_y = place.x + ux * reach, place.y + uy * reach
    points = [(place.x, place.y), (tip_x - uy * half, tip_y + ux * half), (tip_x + uy * half, tip_y - ux * half)]
    return Markup(
        '<radialGradient id="beam-{name}" gradientUnits="userSpaceOnUse" cx="{x:.0f}" cy="{y:.0f}" r="{reach:.0f}">'
        '<stop offset="0" stop-color="{tint}" stop-opacity="{dense:.3f}"/><stop offset="1" stop-color="{tint}" stop-opacity="0"/>'
        '</radialGradient><polygon class="ts-plan-beam" points="{points}" fill="url(#beam-{name})"/>'
    ).format(
        name=name,
        x=place.x,
        y=place.y,
        reach=reach,
        tint=tint(lamp.kelvin),
        dense=0.3 + 0.7 * share,
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points),
    )


def _head(name: str, lamp: Lamp) -> Markup:
    place = PLACES[name]
    x, y, anchor = place.label
    radius = 7 + 4 * min(1.0, lamp.strength / 2)
    return Markup(
        '<circle class="ts-plan-lamp" cx="{:.0f}" cy="{:.0f}" r="{:.1f}" fill="{}"/>'
        '<text class="ts-plan-text" x="{:.0f}" y="{:.0f}" text-anchor="{}">{} {:.1f}</text>'
    ).format(place.x, place.y, radius, tint(lamp.kelvin) if lamp.strength else "none", x, y, anchor, name, lamp.strength)


def _subject() -> Markup:
    """Shoulders, head and nose from above, looking at the camera below."""
    x, y = SUBJECT
    return Markup(
        '<g class="ts-plan-subject"><path d="M{x:.0f} {nose:.0f} l-4 -7 h8 z"/>'
        '<ellipse cx="{x:.0f}" cy="{y:.0f}" rx="30" ry="11"/><circle class="ts-plan-head" cx="{x:.0f}" cy="{y:.0f}" r="11"/></g>'
        '<g class="ts-plan-camera"><rect x="{left:.0f}" y="{cam:.0f}" width="22" height="13" rx="2"/>'
        '<path d="M{x:.0f} {cam:.0f} m-6 0 l2 -7 h8 l2 7"/></g>'
    ).format(x=x, y=y, nose=y + 19, left=x - 11, cam=CAMERA_Y)
