"""What the studio page is handed: the people, images and acts it shows, without knowing who keeps them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from twin.engines.engines import Offer
from twin.errors import BadValue
from twin.looks.look import Look
from twin.looks.lookbook import Lookbook
from twin.looks.relight import Proof
from twin.looks.wardrobe import Wardrobe
from twin.looks.words import Reading


class Account(Protocol):
    """Who is signed in, as the guard read it from the database for this very call."""

    @property
    def id(self) -> str:
        """The account's id."""
        ...

    @property
    def name(self) -> str:
        """What the person is called."""
        ...

    @property
    def brand_id(self) -> str | None:
        """The brand a creative works for; None for everybody else."""
        ...


Act = Callable[..., Any]
Guard = Callable[[Act], Act]
"""Wraps an event's function: takes the request, reads the account anew, calls the function with it first, and turns
a refusal of the domain into the page's error message."""


@dataclass(frozen=True)
class ShootCard:
    """One shoot of the brand."""

    id: str
    title: str


@dataclass(frozen=True)
class TwinCard:
    """A twin as this brand may picture her: what the licence allows, until when, at what fee.

    `fee_minor` is in hundredths of `currency`, for what `fee_model` names (image, variant, buyout); `media` and `territory` say
    where it may appear, `first_use` from when; `exclusive` is the category that the brand has for itself, empty where it has
    none; `share_bp` basis points of the fee go beside it to the people behind the look. `permits` and `forbids` are words of
    the consent, which stands at `consent_url`; `refusal` is empty when she may be painted now and else says why not; `pictured`
    says whether there are pictures of her to paint from; `portrait_url` is empty where there is none to show. Raises BadValue
    without a name, or with a clock time of no zone.
    """

    id: str
    name: str
    portrait_url: str
    licence_id: str
    campaign: str
    permits: tuple[str, ...]
    forbids: tuple[str, ...]
    until: datetime
    fee_minor: int
    currency: str
    payment_days: int
    images_left: int
    refusal: str = ""
    advertiser: str = ""
    product_line: str = ""
    media: tuple[str, ...] = ()
    territory: str = ""
    max_images: int | None = None
    fee_model: str = "image"
    variant_minor: int | None = None
    exclusive: str = ""
    first_use: datetime | None = None
    consent_url: str = ""
    share_bp: int = 0
    pictured: bool = True

    def __post_init__(self) -> None:
        """Refuse a card that cannot be shown truthfully."""
        if not self.name or not self.id:
            raise BadValue("A twin has an id and a name.")
        if self.until.tzinfo is None:
            raise BadValue("A licence ends at a time of a known zone.")


@dataclass(frozen=True)
class ImageCard:
    """One image of a shoot as its maker sees it.

    `number` counts within the shoot from 1; `state` is a word of the life of an image; `preview_url` is None while there
    is nothing to show; `step` of `steps` are painted; `negative` says whether its light can still be moved; `after` is the
    number of the image that this one changes. Raises BadValue for a step that does not exist.
    """

    id: str
    number: int
    twin_id: str
    twin_name: str
    look: Look
    look_title: str
    seed: int
    state: str
    made_at: datetime
    preview_url: str | None = None
    step: int = 0
    steps: int = 0
    failure: str = ""
    mine: bool = True
    her_no: bool = False
    negative: bool = False
    after: int | None = None
    painter: str = ""

    def __post_init__(self) -> None:
        """Refuse progress that is none."""
        if not 0 <= self.step <= max(self.steps, 0):
            raise BadValue(f"Step {self.step} of {self.steps} is none.")


@dataclass(frozen=True)
class Asked:
    """What Generate asks for: `count` images of one twin in one look, seeds counting up from `seed` (None: by chance)."""

    shoot_id: str
    twin_id: str
    painter: str
    look: Look
    count: int
    seed: int | None


@dataclass(frozen=True)
class Studio:
    """Everything the studio page calls. Each act takes the account first and checks itself what is whose.

    `header` and `story` give HTML that is already escaped; `read_words` applies words to a look of a twin, as a painter reads
    them, and raises WordsRefused with the sentence of the consent that forbids them; `proof` develops an image's negative to be
    looked at, `painted` tells the look it was painted for and `develop` orders a development as an image of its own; `painters`
    are all there are, with what they need; `now` gives aware UTC times.
    """

    header: Callable[[Account], str]
    shoots: Callable[[Account], Sequence[ShootCard]]
    open_shoot: Callable[[Account, str], str]
    twins: Callable[[Account], Sequence[TwinCard]]
    lookbook: Lookbook
    wardrobe: Wardrobe
    painters: Sequence[Offer]
    read_words: Callable[[Account, str, str | None, Look, str], Reading]
    order: Callable[[Account, Asked], Sequence[str]]
    images: Callable[[Account, str], Sequence[ImageCard]]
    cancel: Callable[[Account, str], None]
    repaint: Callable[[Account, str], str]
    proof: Callable[[Account, str, Look], Proof]
    painted: Callable[[Account, str], Look]
    develop: Callable[[Account, str, Look], str]
    release: Callable[[Account, str], object]
    appeal: Callable[[Account, str, str], object]
    story: Callable[[Account, str], str]
    now: Callable[[], datetime]
