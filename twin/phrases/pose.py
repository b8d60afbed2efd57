"""Words for how the head is held and what the face does."""

import re
from collections.abc import Callable
from dataclasses import replace
from math import copysign

from twin.looks.look import PITCH, ROLL, SMILE, YAW, Look
from twin.phrases.rule import Phrase, Rule, rule

_SLIGHT = r"(?P<{0}>slightly|a little|a bit|a touch|gently|softly|barely|far|fully|strongly|hard|right round)"
_BEFORE, _AFTER = _SLIGHT.format("before"), _SLIGHT.format("after")
_TURN = r"(?:head |face |body )?(?:turned|turning|turns|turn|facing|faces|looking|looks|look|glancing|angled)"
_SIDE = (
    r"(?:(?:to|towards|toward) )?(?:(?P<whose>the|her|his|their|camera|frame|picture) (?:own )?)?(?P<side>left|right)(?: side)?"
)
_OWN = ("her", "his", "their")
_WEAK = ("slightly", "a little", "a bit", "a touch", "gently", "softly", "barely")
_ENOUGH_TO_TURN, _SLIGHT_TURN, _FAR_TURN, _THREE_QUARTER = 22.0, 10.0, 36.0, 30.0
_UP, _DOWN, _TILT = -6.0, 8.0, 4.0


def _posed(meaning: str, **changes: float) -> Phrase:
    def change(look: Look) -> Look:
        return replace(look, pose=replace(look.pose, **changes))

    return Phrase(meaning, change)


def _degree(match: re.Match[str]) -> str:
    said = match.groupdict()
    return said.get("before") or said.get("after") or ""


def _sign(match: re.Match[str]) -> tuple[float, str]:
    """Yaw's sign for a side, and the side in words: sides are the picture's unless they are said to be the person's."""
    hers = match["whose"] in _OWN
    towards_right = (match["side"] == "right") != hers
    return (1.0, "the right of the picture") if towards_right else (-1.0, "the left of the picture")


def _turn(match: re.Match[str]) -> Phrase:
    sign, side = _sign(match)
    degree = _degree(match)
    yaw = _SLIGHT_TURN if degree in _WEAK else _FAR_TURN if degree else _ENOUGH_TO_TURN
    return _posed(f"head turned {yaw:g}° to {side}", yaw=sign * min(yaw, YAW[1]))


def _three_quarter(match: re.Match[str]) -> Phrase:
    if match["side"]:
        sign, side = _sign(match)
        return _posed(f"head turned {_THREE_QUARTER:g}° to {side}", yaw=sign * _THREE_QUARTER)

    def change(look: Look) -> Look:
        return replace(look, pose=replace(look.pose, yaw=copysign(_THREE_QUARTER, look.pose.yaw)))

    return Phrase(f"head turned {_THREE_QUARTER:g}°", change)


def _tilt(match: re.Match[str]) -> Phrase:
    towards_right = match["side"] is not None and _sign(match)[0] > 0
    side = "right" if towards_right else "left"
    return _posed(
        f"head tilted to the {side} of the picture", roll=max(ROLL[0], -_TILT) if towards_right else min(ROLL[1], _TILT)
    )


def _nod(degrees: float, meaning: str) -> Callable[[re.Match[str]], Phrase]:
    def mean(match: re.Match[str]) -> Phrase:
        part = 0.5 if _degree(match) in _WEAK else 1.0
        return _posed(f"{'slightly ' if part < 1 else ''}{meaning}", pitch=min(max(degrees * part, PITCH[0]), PITCH[1]))

    return mean


def _face(meaning: str, **changes: float) -> Callable[[re.Match[str]], Phrase]:
    return lambda _: _posed(meaning, **changes)


RULES: tuple[Rule, ...] = (
    rule(rf"(?:{_BEFORE} )?{_TURN} (?:away )?{_SIDE}(?: {_AFTER})?", _turn),
    rule(rf"{_TURN} {_BEFORE} (?:away )?{_SIDE}", _turn),
    rule(rf"(?:three|3) (?:quarters?|4)(?: view| profile| turn)?(?: {_SIDE})?", _three_quarter),
    rule(
        r"(?:(?:looking|facing|turned|looks|faces) )?(?:straight(?: (?:on|ahead|forward))?|front on|head on"
        r"|frontal(?:ly)?|en face)"
        r"(?: (?:at|to|into) (?:the )?(?:camera|lens|viewer))?|(?:looking|facing|looks|faces) (?:at |to |into |towards? )?"
        r"(?:the |straight at the )?(?:camera|lens|viewer|us|front|forward)",
        _face("facing the camera", yaw=0.0, pitch=0.0, roll=0.0),
    ),
    rule(
        rf"(?:{_BEFORE} )?(?:(?:chin|head|looking|looks|look|gazing|glancing|face)(?: {_AFTER})? (?:up|raised|lifted|upwards)"
        r"|chin high|raised chin|lifted chin|upward gaze)",
        _nod(_UP, "chin up"),
    ),
    rule(
        rf"(?:{_BEFORE} )?(?:(?:chin|head|looking|looks|look|gazing|glancing|face)(?: {_AFTER})? (?:down|lowered|downwards)"
        r"|lowered chin|chin tucked|downward gaze)",
        _nod(_DOWN, "chin down"),
    ),
    rule(rf"(?:head )?(?:tilted|tilting|tilt|tilts|leaning|cocked)(?: head)?(?: {_BEFORE})?(?: {_SIDE})?", _tilt),
    rule(
        r"no smile|not smiling|unsmiling|without (?:a )?smil(?:e|ing)|serious(?:ly)?|stern|solemn|straight faced?"
        r"|neutral(?: expression| face)?"
        r"|expressionless|deadpan|composed",
        _face("no smile", smile=0.0),
    ),
    rule(
        r"(?:(?:slightly|softly|gently|barely|faintly|a (?:little|bit|touch)) smiling)|(?:a )?(?:slight|soft|gentle"
        r"|faint|half|small|subtle|hint of"
        r" a|calm|closed) smile|smiling (?:slightly|softly|gently|a little)|mona lisa",
        _face("a slight smile", smile=0.18),
    ),
    rule(r"smil(?:e|es|ing)|friendly|cheerful|happy|warm smile|joyful", _face("a smile", smile=0.38)),
    rule(
        r"(?:a )?(?:big|broad|wide|full|bright|beaming|radiant) smile|smiling (?:broadly|widely|brightly)"
        r"|broadly smiling|grin(?:s|ning)?|beaming",
        _face("the widest smile", smile=SMILE[1]),
    ),
    rule(
        r"(?:raised|lifted|arched) (?:eye ?)?brows?|(?:eye ?)?brows (?:raised|up)|surprised|curious|astonished",
        _face("brows raised", brows=0.35),
    ),
    rule(r"squint(?:s|ing)?|narrow(?:ed)? eyes|eyes narrowed|smize|intense gaze", _face("eyes narrowed", squint=0.25)),
    rule(r"relaxed(?: face| expression)?|calm(?: face| expression)?", _face("a relaxed face", smile=0.1, brows=0.0, squint=0.0)),
)
