"""A look in the words that an engine reads: always the same template, with the clause that keeps the person who she is."""

import re

from twin.looks.look import LAMPS, Lamp, Light, Look, Pose
from twin.looks.wardrobe import Wardrobe

IDENTITY = (
    "This is the same real person as in the reference pictures. Keep exactly the person's own face: the shape of face, jaw, nose,"
    " lips and eyes, their proportions, the hairline, the natural skin texture, and every mole, freckle, scar and line."
    " Do not beautify, smooth, slim, lighten or age anything."
)
"""People who edit faces with such models find that a face stays when its parts are named. Nothing about her is inferred."""
KEPT = "Change only the marked part; everything else stays as it is, the face above all."
ALONE = "One person alone in the picture, head and shoulders, fashion photograph, plain studio."
_DARKEST, _WARM, _COOL = 0.08, 4400.0, 6900.0
_SIDES = {True: "the right of the picture", False: "the left of the picture"}
_OPENS = re.compile(r"[\x00-\x1f\x7f<>|“”]+")
"""Control characters, those that chat templates mark turns with, and our own quotes: words stay words."""


def words_of(look: Look, wardrobe: Wardrobe, *, edit: bool = False) -> str:
    """The whole prompt: who stays, how she is held and lit, what is worn, and after it the creative's own words.

    With `edit` it tells what of a picture changes. Free words come last, and whatever they say the identity clause stands
    before them, unchanged. Raises LookRefused for a garment that the wardrobe does not have.
    """
    told = [IDENTITY, KEPT if edit else ALONE, pose_words(look.pose), _dress(look, wardrobe), light_words(look.light)]
    own = " ".join(_OPENS.sub(" ", look.words).split())
    if own:
        told.append(f"The stylist adds, without changing the person: “{own}”.")
    return " ".join(told)


def pose_words(pose: Pose) -> str:
    """How the head is held and what the face does, in one or two sentences."""
    held = [
        f"turned {abs(pose.yaw):.0f}° to {_SIDES[pose.yaw > 0]}" if abs(pose.yaw) >= 3 else "facing the camera",
        f"chin {'down' if pose.pitch > 0 else 'up'} {abs(pose.pitch):.0f}°" if abs(pose.pitch) >= 2 else "",
        f"tilted to {_SIDES[pose.roll < 0]}" if abs(pose.roll) >= 2 else "",
    ]
    smile = "no smile" if pose.smile < 0.08 else "a slight smile" if pose.smile < 0.28 else "a smile"
    face = [smile, "brows raised" if pose.brows >= 0.2 else "", "eyes narrowed" if pose.squint >= 0.15 else ""]
    return f"Head {', '.join(word for word in held if word)}; {', '.join(word for word in face if word)}."


def light_words(light: Light) -> str:
    """What each lamp does, in one sentence; lamps that are off are said to be off."""
    return f"Light: {', '.join(_lamp(name, lamp) for name, lamp in zip(LAMPS, light.lamps, strict=True))}."


def _dress(look: Look, wardrobe: Wardrobe) -> str:
    garment = wardrobe.garment(look.garment)
    # The nearest swatch's name and the colour itself, because some engines read one and some the other.
    worn, behind = (f"{wardrobe.colour_name(one)} ({one})" for one in (look.garment_colour, look.backdrop_colour))
    return f"Worn: {garment.title.lower()}, {garment.cut}, in {worn}. Plain backdrop in {behind}."


def _lamp(name: str, lamp: Lamp) -> str:
    if lamp.strength < _DARKEST:
        return f"{name} off"
    tint = "warm " if lamp.kelvin < _WARM else "cool " if lamp.kelvin > _COOL else ""
    strength = "weak" if lamp.strength < 0.6 else "strong" if lamp.strength > 1.5 else "even"
    return f"{strength} {tint}{name} at {lamp.kelvin:.0f} K"
