"""The photographs of an open enrolment as they stand, each with what there is to say against it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from moderation.database import Transaction
from moderation.desk.moves import Row
from moderation.enrolment.coverage import Coverage, coverage_of
from moderation.enrolment.kept import Kept, kept_of
from moderation.enrolment.photograph import Measured, Reason
from moderation.enrolment.together import FEWEST, MOST, beside_each_other
from moderation.errors import KeyUnusable, SealBroken
from moderation.examining.templates import Floats
from moderation.keys.keyring import Key

_STANDING = "SELECT * FROM photograph WHERE enrolment_id = ? AND removed_at IS NULL ORDER BY added_at, id"
STALE = "The face models of this studio were changed since; remove this photograph and hand it in again."


class Opens(Protocol):
    """Gives the key of the person behind a twin. Raises Erased, KeyUnusable."""

    def to_open_twin(self, twin_id: str, /) -> Key: ...


@dataclass(frozen=True)
class Shown:
    """One photograph: `refused` says why a file was not even kept; otherwise its hash, what was measured, and the reasons."""

    id: str
    name: str
    refused: str | None
    sha256: str | None
    measured: Measured | None
    reasons: tuple[Reason, ...]

    @property
    def fits(self) -> bool:
        """Whether it will be enrolled."""
        return self.measured is not None and not any(one.stops for one in self.reasons)

    @property
    def is_doubted(self) -> bool:
        """Whether a manipulation model stops it, for which somebody may answer."""
        return any(one.stops and one.code in ("manipulation", "generated") for one in self.reasons)

    @property
    def words(self) -> str:
        """All reasons in one line; "fits" where nothing is to be said."""
        return self.refused or " ".join(one.words for one in self.reasons) or "Fits."


@dataclass(frozen=True)
class Album:
    """All of them, in the order of handing in; `standing` are those by which she is enrolled already, while these are changed."""

    photographs: tuple[Shown, ...]
    standing: tuple[Kept, ...] = ()

    @property
    def kept(self) -> tuple[Shown, ...]:
        """Those whose file is kept."""
        return tuple(one for one in self.photographs if one.measured is not None)

    @property
    def fitting(self) -> tuple[Shown, ...]:
        """Those that will be enrolled."""
        return tuple(one for one in self.photographs if one.fits)

    @property
    def staying(self) -> tuple[Kept, ...]:
        """Those that stand and are not to be taken out."""
        return tuple(one for one in self.standing if not one.leaves)

    @property
    def leaving(self) -> tuple[Kept, ...]:
        """Those that stand and are to be taken out."""
        return tuple(one for one in self.standing if one.leaves)

    @property
    def room(self) -> int:
        """How many more may be handed in."""
        return MOST - len(self.kept) - len(self.staying)

    @property
    def coverage(self) -> Coverage:
        """The map of angles and lights of those that fit and those that stay."""
        fitting = [one.measured.seen for one in self.fitting if one.measured is not None]
        return coverage_of([*(one.seen for one in self.staying), *fitting])

    @property
    def lacking(self) -> str:
        """Why it cannot be finished yet; empty when it can."""
        there = len(self.fitting) + len(self.staying)
        if self.standing and not self.fitting and not self.leaving:
            return "Nothing was changed: hand in a photograph that fits, or take one out."
        if there >= FEWEST:
            return ""
        if self.standing:
            return f"{there} of at least {FEWEST} photographs would be left; hand in {FEWEST - there} more, or keep as many."
        return f"{there} of at least {FEWEST} photographs fit; hand in {FEWEST - there} more."


def read_album(
    tx: Transaction,
    enrolment_id: str | None,
    twin_id: str,
    keys: Opens,
    pack_sha256: Callable[[], str],
    hers: Mapping[str, Floats],
) -> Album:
    """The album of an enrolment (None: nothing is open), its measurements opened, which is put on record.

    `pack_sha256` tells the face models in use, `hers` the templates of photographs that stand, by id. Raises Erased,
    KeyUnusable, SealBroken, PackRefused.
    """
    standing = kept_of(tx.execute, twin_id)
    if enrolment_id is None:
        return Album((), standing)
    rows = tx.execute(_STANDING, [enrolment_id])
    measured = _opened(rows, keys, twin_id)
    if measured:
        tx.record("photographs.measured", enrolment_id, twin=twin_id, opened=len(measured))
    pack = pack_sha256() if measured else ""
    alone = {row["id"]: _alone(row, measured[row["id"]], pack) for row in rows if row["id"] in measured}
    fit = [name for name, reasons in alone.items() if not any(one.stops for one in reasons)]
    staying = {one.id: one.name for one in standing if not one.leaves}
    names = {row["id"]: row["name"] for row in rows} | staying
    templates = {name: template for name, template in hers.items() if name in staying}
    together = beside_each_other(measured, fit, names, templates)
    return Album(tuple(_shown(row, measured.get(row["id"]), alone, together) for row in rows), standing)


def place_of(photograph_id: str) -> str:
    """What a sealed measurement is bound to."""
    return f"measurement of {photograph_id}"


def _opened(rows: Sequence[Row], keys: Opens, twin_id: str) -> dict[str, Measured]:
    sealed = {row["id"]: row["sealed"] for row in rows if row["sealed"] is not None}
    if not sealed:
        return {}
    key = keys.to_open_twin(twin_id)
    try:
        return {name: Measured.from_bytes(key.open(content, place_of(name))) for name, content in sealed.items()}
    except (KeyUnusable, ValueError, KeyError, TypeError, OSError) as error:
        raise SealBroken("What was measured of a photograph does not open: it was altered, or belongs elsewhere.") from error


def _alone(row: Row, measured: Measured, pack_sha256: str) -> tuple[Reason, ...]:
    if measured.pack_sha256 != pack_sha256:
        return (Reason("stale", STALE, True),)
    return measured.reasons(vouched=row["vouched_by"] is not None)


def _shown(
    row: Row,
    measured: Measured | None,
    alone: Mapping[str, tuple[Reason, ...]],
    together: Mapping[str, Sequence[Reason]],
) -> Shown:
    reasons = (*alone.get(row["id"], ()), *together.get(row["id"], ()))
    ordered = tuple(sorted(reasons, key=lambda one: not one.stops))
    return Shown(row["id"], row["name"], row["refused"], row["sha256"], measured, ordered)
