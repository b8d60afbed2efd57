"""Words for the lamps, the exposure, and the moods that the lookbook names."""

import re
from dataclasses import replace

from twin.look import EXPOSURE, KELVIN, LAMPS, STRENGTH, Lamp, Light, Look
from twin.lookbook import NamedLook
from twin.phrases.rule import Phrase, Rule, Setting, any_of, rule, within

_LIGHT = r"(?: (?:light|lights|lighting|look|mood|tones?|colou?rs?|sun|sunlight))"
_WARM = {"key": 3700.0, "fill": 4500.0, "rim": 4300.0, "ambient": 4800.0}
_COOL = {"key": 7200.0, "fill": 7600.0, "rim": 7800.0, "ambient": 8000.0}
_STEP = 1.2
_BRIGHTER = 1.25
_HOW_STRONG = {"no": 0.0, "without": 0.0, "weak": 0.4, "soft": 0.4, "little": 0.4, "low": 0.4, "dim": 0.4, "less": 0.5}
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
        r"(?P<how>no|without|weak|soft|little|low|dim|less|strong|bright|hard|more|full) "
        r"(?P<lamp>key|fill|rim|ambient)(?: (?:lamp|light))?",
        _lamp,
    ),
    rule(r"neutral light(?:ing)?|lamps as they stand", lambda _: _lit("the lamps as they stand", Light())),
)


def rules_of(setting: Setting) -> tuple[Rule, ...]:
    """One rule for each named look's words, and the fixed ones."""
    moods = tuple(
        rule(rf"(?:(?:in|at|with|by) (?:an? |the )?)?(?:{any_of(named.words)}){_LIGHT}?", lambda _, named=named: _mood(named))  # type: ignore[misc]
        for named in setting.lookbook.looks
    )
    # A mood goes first: “low key” is one, and not a weak key lamp.
    return moods + _FIXED
