"""The styling a creative chooses: pose, light, wardrobe, backdrop, exposure, her words, and who is credited."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from twin.errors import BadValue

Span = tuple[float, float]

YAW: Span = (-38.0, 38.0)
PITCH: Span = (-9.0, 11.0)
ROLL: Span = (-5.0, 5.0)
SMILE: Span = (0.0, 0.6)
BROWS: Span = (0.0, 0.5)
SQUINT: Span = (0.0, 0.3)
STRENGTH: Span = (0.0, 3.0)
KELVIN: Span = (2500.0, 9000.0)
EXPOSURE: Span = (0.25, 4.0)
WORDS_AT_MOST = 500
NAME_AT_MOST = 80
LAMPS = ("key", "fill", "rim", "ambient")

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_GARMENT = re.compile(r"[a-z0-9_]{1,64}")


def _within(value: object, span: Span, what: str, unit: str = "") -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadValue(f"{what} must be a number, not {value!r}.")
    if not span[0] <= value <= span[1]:
        raise BadValue(f"{what} {value:g}{unit} lies outside {span[0]:g} to {span[1]:g}{unit}.")


def _colour(value: object, what: str) -> None:
    if not isinstance(value, str) or not _COLOUR.fullmatch(value):
        raise BadValue(f"{what} must be a colour written like #1a2b3c in lower case, not {value!r}.")


@dataclass(frozen=True)
class Pose:
    """How the head is held: yaw, pitch, roll in degrees; smile, brows, squint as fractions of the full expression.

    Yaw is positive towards her own left (the viewer's right), pitch positive chin down. Raises BadValue outside the spans.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    smile: float = 0.15
    brows: float = 0.0
    squint: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no head does in this studio."""
        for name, span, unit in (("yaw", YAW, "°"), ("pitch", PITCH, "°"), ("roll", ROLL, "°")):
            _within(getattr(self, name), span, f"The {name}", unit)
        for name, span in (("smile", SMILE), ("brows", BROWS), ("squint", SQUINT)):
            _within(getattr(self, name), span, f"The expression's {name}")


@dataclass(frozen=True)
class Lamp:
    """One lamp: strength as a factor of the lamp as it was set up, colour temperature in kelvin."""

    strength: float
    kelvin: float

    def __post_init__(self) -> None:
        """Raises BadValue outside the spans."""
        _within(self.strength, STRENGTH, "A lamp's strength")
        _within(self.kelvin, KELVIN, "A lamp's colour", " K")


@dataclass(frozen=True)
class Light:
    """The four lamps of the set; the defaults are the lamps as they stand."""

    key: Lamp = Lamp(1.0, 5400.0)
    fill: Lamp = Lamp(1.0, 5700.0)
    rim: Lamp = Lamp(1.0, 6000.0)
    ambient: Lamp = Lamp(1.0, 6000.0)

    def __post_init__(self) -> None:
        """Raises BadValue when a lamp is no lamp, or when all are dark."""
        if not all(isinstance(lamp, Lamp) for lamp in self.lamps):
            raise BadValue("A light consists of four lamps: key, fill, rim and ambient.")
        if not any(lamp.strength > 0 for lamp in self.lamps):
            raise BadValue("Every lamp is off; switch at least one on.")

    @property
    def lamps(self) -> tuple[Lamp, Lamp, Lamp, Lamp]:
        """In the order of `LAMPS`, which is the order of a plate's light layers."""
        return self.key, self.fill, self.rim, self.ambient


@dataclass(frozen=True)
class Authors:
    """Who made the look and is credited; a name may be empty."""

    stylist: str = ""
    photographer: str = ""
    lighting: str = ""

    def __post_init__(self) -> None:
        """Raises BadValue when a name is no single line of at most 80 characters."""
        for role, name in asdict(self).items():
            if not isinstance(name, str) or len(name) > NAME_AT_MOST or not name.isprintable():
                raise BadValue(f"The {role}'s name must be one line of at most {NAME_AT_MOST} characters.")


@dataclass(frozen=True)
class Look:
    """Everything that a painter is told about one picture, but for the person and the seed.

    Colours are sRGB as `#rrggbb`; `exposure` is a factor on linear light; `words` are kept as they were typed.
    """

    pose: Pose
    light: Light
    garment: str
    garment_colour: str
    backdrop_colour: str
    exposure: float = 1.12
    words: str = ""
    authors: Authors = Authors()

    def __post_init__(self) -> None:
        """Raises BadValue when a part is missing, of the wrong kind or out of its span."""
        for name, kind in (("pose", Pose), ("light", Light), ("authors", Authors)):
            if not isinstance(getattr(self, name), kind):
                raise BadValue(f"A look needs a {name}.")
        if not isinstance(self.garment, str) or not _GARMENT.fullmatch(self.garment):
            raise BadValue(f"A garment is named by its id, not by {self.garment!r}.")
        _colour(self.garment_colour, "The garment's colour")
        _colour(self.backdrop_colour, "The backdrop's colour")
        _within(self.exposure, EXPOSURE, "The exposure")
        if not isinstance(self.words, str) or len(self.words) > WORDS_AT_MOST:
            raise BadValue(f"The words must be text of at most {WORDS_AT_MOST} characters.")

    def as_json(self) -> str:
        """Canonical JSON text: equal looks give equal text."""
        return json.dumps(self.as_mapping(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def as_mapping(self) -> dict[str, Any]:
        """The same, not yet written."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The look that `as_json` wrote. Raises BadValue for anything else, missing or unknown fields included."""
        try:
            told = json.loads(text)
        except ValueError as error:
            raise BadValue("The look is not JSON.") from error
        return cls.from_mapping(told)

    @classmethod
    def from_mapping(cls, told: object) -> Self:
        """Build from decoded JSON. Raises BadValue on missing or unknown fields."""
        parts = _exactly(told, cls, "A look")
        lamps = _exactly(parts["light"], Light, "The light")
        return cls(
            **{
                **parts,
                "pose": Pose(**_exactly(parts["pose"], Pose, "The pose")),
                "light": Light(**{name: Lamp(**_exactly(lamps[name], Lamp, "A lamp")) for name in LAMPS}),
                "authors": Authors(**_exactly(parts["authors"], Authors, "The credits")),
            }
        )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    # 20, 20.0 and -0.0 compare equal to their float, but are not written equally.
    return value if isinstance(value, str) else float(value) + 0.0


def _exactly(told: object, kind: type, what: str) -> dict[str, Any]:
    wanted = {field.name for field in fields(kind)}
    if not isinstance(told, Mapping) or set(told) != wanted:
        raise BadValue(f"{what} is written with exactly these fields: {', '.join(sorted(wanted))}.")
    return dict(told)
