"""Words for garments, their colour, and the colour of the backdrop."""

import colorsys
import re
from collections.abc import Mapping
from dataclasses import replace

from twin.looks.limits import fold
from twin.looks.wardrobe import Garment, rgb
from twin.phrases.rule import END, Cannot, Phrase, Rule, Setting, any_of, rule

_SHADES = {"light": 0.5, "pale": 0.55, "pastel": 0.6, "soft": 0.3, "bright": 0.15, "dark": -0.45, "deep": -0.3}
_SHADE = "|".join(_SHADES)
_PLAIN = {"dark": "#1d1f24", "deep": "#1d1f24", "light": "#e9e7e2", "pale": "#e9e7e2", "bright": "#f3f1ec"}
_BEHIND = r"(?:plain |seamless |paper |studio )?(?:backdrop|background|back ground|wall|paper|seamless|set)"
_BEFORE = r"(?:against|before|in front of|on)(?: an?| the)?"
_BODY = r"hair|eyes?|lips?|lipstick|nails?|skin|make ?up|eye ?shadow|freckles|beard"
_KEPT = "A twin keeps face, hair, eyes, skin and marks as they are."


Colours = Mapping[str, str]


def shaded(colour: str, shade: str | None) -> str:
    """An sRGB colour made lighter or darker, its hue kept."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(byte / 255 for byte in rgb(colour)))
    part = _SHADES[shade] if shade else 0.0
    lightness += (1 - lightness) * part if part > 0 else lightness * part
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in colorsys.hls_to_rgb(hue, lightness, saturation))


def rules_of(setting: Setting) -> tuple[Rule, ...]:
    """Rules for the wardrobe's swatches and garments as this twin can wear them."""
    colours = {fold(word): swatch.colour for swatch in setting.wardrobe.swatches for word in swatch.words}
    colour = rf"(?:(?P<shade>{_SHADE}) )?(?P<colour>{any_of(list(colours))})"
    return _garment_rules(setting, colours, colour) + _backdrop_rules(colours, colour)


def _garment_rules(setting: Setting, colours: Colours, colour: str) -> tuple[Rule, ...]:
    garment = rf"(?P<garment>{any_of([fold(w) for g in setting.wardrobe.garments for w in (*g.words, g.title)])})s?"

    def worn(match: re.Match[str]) -> Phrase | Cannot:
        found = _meant(setting, match["garment"])
        if isinstance(found, Cannot):
            return found
        if "colour" not in match.groupdict():
            return Phrase(found.title.lower(), lambda look: replace(look, garment=found.id))
        seen = _seen(match, colours)
        meaning = f"{_named(match)} {found.title.lower()}"
        return Phrase(meaning, lambda look: replace(look, garment=found.id, garment_colour=seen))

    def worn_colour(match: re.Match[str]) -> Phrase:
        seen = _seen(match, colours)
        return Phrase(f"{_named(match)} garment", lambda look: replace(look, garment_colour=seen))

    return (
        rule(rf"{colour} (?:coloured )?{garment}", worn),
        rule(rf"{garment} (?:in|coloured) (?:a |an )?{colour}", worn),
        rule(garment, worn),
        rule(rf"(?:wearing|dressed in|wears|in) (?:all |only )?{colour}{END}", worn_colour),
    )


def _backdrop_rules(colours: Colours, colour: str) -> tuple[Rule, ...]:
    def backdrop(match: re.Match[str]) -> Phrase:
        seen = _seen(match, colours)
        return Phrase(f"{_named(match)} backdrop", lambda look: replace(look, backdrop_colour=seen))

    def plain_backdrop(match: re.Match[str]) -> Phrase:
        return Phrase(f"{match['shade']} backdrop", lambda look: replace(look, backdrop_colour=_PLAIN[match["shade"]]))

    return (
        rule(rf"(?:{_BEFORE} )?{colour} (?:coloured )?{_BEHIND}", backdrop),
        rule(rf"{_BEHIND} (?:in |of |is )?(?:a |an )?{colour}", backdrop),
        rule(rf"{_BEFORE} {colour}{END}", backdrop),
        rule(rf"{colour} behind(?: her| him| them)?", backdrop),
        rule(rf"(?:{_BEFORE} )?(?P<shade>{'|'.join(_PLAIN)}) {_BEHIND}", plain_backdrop),
        rule(rf"(?:{_SHADE} )?(?:{any_of(list(colours))}) (?:{_BODY})", lambda _: Cannot(_KEPT, ever=True)),
        rule(colour, lambda match: Cannot(f"Say what is to be {_named(match)}: the garment or the backdrop.")),
    )


def _seen(match: re.Match[str], colours: Colours) -> str:
    return shaded(colours[match["colour"]], match["shade"])


def _named(match: re.Match[str]) -> str:
    return " ".join(filter(None, (match["shade"], match["colour"])))


def _meant(setting: Setting, word: str) -> Garment | Cannot:
    """The first of her garments that goes by this word, else the reason why there is none."""
    hers = setting.wardrobe.of(setting.twin_id, worded=setting.worded)
    for garment in hers:
        if word in {fold(name) for name in (*garment.words, garment.title)}:
            return garment
    choice = " or ".join(f"the {garment.title.lower()}" for garment in hers)
    return Cannot(f"{setting.twin_id.capitalize()} has no {word}" + (f"; choose {choice}." if choice else "."))
