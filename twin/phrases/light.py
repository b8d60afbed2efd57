"""Words for the lamps, the exposure, and the moods that the lookbook names."""

import re
from dataclasses import replace

from twin.looks.limits import fold
from twin.looks.look import EXPOSURE, KELVIN, LAMPS, STRENGTH, Lamp, Light, Look
from twin.looks.lookbook import NamedLook
from twin.phrases.rule import Phrase, Rule, Setting, any_of, rule, within

_LIGHT = r"(?: (?:light|lights|lighting|look|mood|tones?|colou?rs?|sun|sunlight))"
_WARM = {"key": 3700.0, "fill": 4500.0, "rim": 4300.0, "ambient": 4800.0}
_COOL = {"key": 7200.0, "fill": 7600.0, "rim": 7800.0, "ambient": 8000.0}
_STEP = 1.2
_BRIGHTER = 1.25
_LAMP = r"(?P<lamp>key|fill|rim|ambient)(?: (?:lamp|light))?"
_TINTS = {
    **dict.fromkeys(("warm", "warmer", "amber", "orange", "golden"), 3000.0),
    **dict.fromkeys(("neutral", "white"), 5600.0),
    **dict.fromkeys(("cool", "cooler", "cold", "colder", "blue", "icy"), 8600.0),
}
_CONTRAST = 1.8
_STOPS = {"half a": 0.5, "a half": 0.5, "a": 1.0, "one": 1.0, "1": 1.0, "two": 2.0, "2": 2.0}
_HOW_STRONG = {
    "no": 0.0,
    "without": 0.0,
    "weak": 0.4,
    "soft": 0.4,
    "little": 0.4,
    "low": 0.4,
    "dim": 0.4,
    "less": 0.5,
    "weaker": 0.5,
}
_STRONG = 2.2


def _lit(meaning: str, light: Light, mood: bool = False) -> Phrase:
    return Phrase(meaning, lambda look: replace(look, light=light), mood)


def _tempered(meaning: str, kelvin: dict[str, float]) -> Phrase:
    def change(look: Look) -> Look:
        lamps = {name: replace(getattr(look.light, name), kelvin=kelvin[name]) for name in LAMPS}
        return replace(look, light=Light(**lamps))

    return Phrase(meaning, change)


def _shifted(meaning: str, factor: float) -> Phrase:
    def change(look: Look) -> Look:
        lamps = {name: _shift(getattr(look.light, name), factor) for name in LAMPS}
        return replace(look, light=Light(**lamps))

    return Phrase(meaning, change)


def _shift(lamp: Lamp, factor: float) -> Lamp:
    return replace(lamp, kelvin=within(lamp.kelvin * factor, KELVIN))


def _exposed(meaning: str, factor: float) -> Phrase:
    return Phrase(meaning, lambda look: replace(look, exposure=within(look.exposure * factor, EXPOSURE)))


def _lamp(match: re.Match[str]) -> Phrase:
    name = match["lamp"]
    strength = within(_HOW_STRONG.get(match["how"], _STRONG), STRENGTH)

    def change(look: Look) -> Look:
        lamp = replace(getattr(look.light, name), strength=strength)
        return replace(look, light=replace(look.light, **{name: lamp}))

    return Phrase(f"{name} lamp at {strength:g}" if strength else f"{name} lamp off", change)


def _lamp_off(match: re.Match[str]) -> Phrase:
    name = match["lamp"]

    def change(look: Look) -> Look:
        return replace(look, light=replace(look.light, **{name: replace(getattr(look.light, name), strength=0.0)}))

    return Phrase(f"{name} lamp off", change)


def _tinted(match: re.Match[str]) -> Phrase:
    name, kelvin = match["lamp"], _TINTS[match["tint"]]

    def change(look: Look) -> Look:
        return replace(look, light=replace(look.light, **{name: replace(getattr(look.light, name), kelvin=kelvin)}))

    return Phrase(f"{name} lamp at {kelvin:.0f} K", change)


def _contrast(meaning: str, factor: float) -> Phrase:
    """Shadows are as deep as what fills them is weak."""

    def change(look: Look) -> Look:
        soft = {name: getattr(look.light, name) for name in ("fill", "ambient")}
        lamps = {name: replace(lamp, strength=within(lamp.strength * factor, STRENGTH)) for name, lamp in soft.items()}
        return replace(look, light=replace(look.light, **lamps))

    return Phrase(meaning, change)


def _stops(match: re.Match[str]) -> Phrase:
    lighter = match["way"] in ("brighter", "lighter", "up", "over", "more")
    stops = _STOPS[match["stops"]]
    words = f"{stops:g} stop{'s' if stops > 1 else ''} {'brighter' if lighter else 'darker'}"
    return _exposed(words, 2 ** (stops if lighter else -stops))


def _mood(named: NamedLook) -> Phrase:
    def change(look: Look) -> Look:
        return replace(look, light=named.light, exposure=named.exposure, backdrop_colour=named.backdrop_colour)

    return Phrase(f"light and backdrop of “{named.title}”", change, mood=True)


_FIXED: tuple[Rule, ...] = (
    rule(rf"(?:very )?warm(?:ly)?(?:{_LIGHT}| lit)", lambda _: _tempered("warm lamps", _WARM)),
    rule(rf"(?:very )?(?:cool|cold)(?:ly)?(?:{_LIGHT}| lit)", lambda _: _tempered("cool lamps", _COOL)),
    rule(rf"(?:a (?:bit|little) )?warmer{_LIGHT}?", lambda _: _shifted("every lamp warmer", 1 / _STEP)),
    rule(rf"(?:a (?:bit|little) )?(?:cooler|colder){_LIGHT}?", lambda _: _shifted("every lamp cooler", _STEP)),
    rule(
        rf"(?:a (?:bit|little) )?(?:brighter|lighter|overexposed){_LIGHT}?", lambda _: _exposed("a brighter exposure", _BRIGHTER)
    ),
    rule(
        rf"(?:a (?:bit|little) )?(?:darker|dimmer|underexposed){_LIGHT}?", lambda _: _exposed("a darker exposure", 1 / _BRIGHTER)
    ),
    rule(
        r"(?P<how>no|without|weak|weaker|soft|little|low|dim|less|strong|stronger|bright|hard|more|full) (?:the )?" + _LAMP,
        _lamp,
    ),
    rule(rf"(?:the )?{_LAMP} (?:off|out)", _lamp_off),
    rule(rf"(?:turn|switch) off (?:the )?{_LAMP}", _lamp_off),
    rule(rf"(?P<tint>{'|'.join(_TINTS)}) {_LAMP}", _tinted),
    rule(
        rf"(?:more|higher|high|strong|stronger) contrast|(?:more|deep|deeper|hard|harder|strong) shadows?|harder{_LIGHT}"
        r"|contrasty",
        lambda _: _contrast("deeper shadows", 1 / _CONTRAST),
    ),
    rule(
        r"(?:less|lower|low|little) contrast|(?:less|no|without|soft|softer|lighter|open|fewer) shadows?"
        rf"|softer{_LIGHT}?|flat{_LIGHT}",
        lambda _: _contrast("lighter shadows", _CONTRAST),
    ),
    rule(rf"(?P<stops>{'|'.join(_STOPS)}) stops? (?P<way>brighter|lighter|up|over|more|darker|dimmer|down|under|less)", _stops),
    rule(r"neutral light(?:ing)?|lamps as they stand", lambda _: _lit("the lamps as they stand", Light())),
)


def _mood_rule(named: NamedLook) -> Rule:
    words = any_of([*named.words, fold(named.title)])
    return rule(rf"(?:(?:in|at|with|by) (?:an? |the )?)?(?:{words}){_LIGHT}?", lambda _: _mood(named))


def rules_of(setting: Setting) -> tuple[Rule, ...]:
    """One rule for each named look's words and title, and the fixed ones."""
    moods = tuple(_mood_rule(named) for named in setting.lookbook.looks)
    # A mood goes first: “low key” is one, and not a weak key lamp.
    return moods + _FIXED
