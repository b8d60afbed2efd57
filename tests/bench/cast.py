"""Does the embedded painter show the right person, and do all the safeguards know? Eight twins, five looks, eight seeds."""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import app
from moderation.safeguards.finding import Outcome
from tests.bench.measure import Measurement, compare
from twin.painter import PaintRequest
from twin.plates.probes import painted_orders
from twin.registry.portfolio import cast
from twin.settings import Settings


def run(_: Path | None) -> Measurement:
    """Paint and examine the grid; every image is also submitted as each of the seven others."""
    with tempfile.TemporaryDirectory() as folder:
        studio = app.open_studio(Settings(Path(folder) / "home"), lambda: datetime.now(UTC), lambda _: None)
        studio.prepare(lambda _: None)
        return measured(studio)


def orders(studio: app.Studio) -> Iterator[PaintRequest]:
    house = studio.painting
    for _, order in painted_orders(house.lookbook, house.wardrobe, [twin.id for twin in cast(house.store)]):
        yield order


def measured(studio: app.Studio) -> Measurement:
    painter, examination = studio.painting.painter("atelier"), studio.judging.examination
    known = studio.judging.examiner.store.known()
    twins = [twin.id for twin in cast(studio.painting.store)]
    own: dict[str, Counter[str]] = defaultdict(Counter)
    tally: Counter[str] = Counter()
    confusions: Counter[str] = Counter()
    referrals: Counter[str] = Counter()
    cleared_as_another: list[str] = []
    for order in orders(studio):
        twin_id = order.twin_id
        exhibit = examination.exhibit(painter.paint(order, lambda _: None).picture, twin_id)
        verdict = examination.judge(exhibit)
        own[twin_id][verdict.outcome] += 1
        referrals.update(found.safeguard for found in verdict.findings if found.outcome is not Outcome.CLEAR)
        tally["images"] += 1
        tally["one face"] += len(exhibit.faces) == 1
        distances = known.gallery.distances(exhibit.faces[0].template) if exhibit.faces else {}
        nearest = min(distances, key=distances.__getitem__, default="nobody")
        tally["right"] += nearest == twin_id
        confusions.update([f"{twin_id} as {nearest}"] if nearest != twin_id else [])
        # Beyond her own limit of distance a face never clears as hers, so the other safeguards need not be asked.
        near = [other for other in twins if other != twin_id and distances.get(other, 9.0) <= known.limits(other).accept]
        others = [replace(exhibit, twin_id=other) for other in near]
        cleared = [other.twin_id for other in others if examination.judge(other).outcome is Outcome.CLEAR]
        cleared_as_another += [f"{twin_id} as {other}, {order.seed}" for other in cleared]
    request = next(orders(studio))
    picture = painter.paint(request, lambda _: None).picture
    figures = {
        "images": tally["images"],
        "one_face": tally["one face"] / tally["images"],
        "nearest_right": tally["right"] / tally["images"],
        "confusions": dict(confusions.most_common()),
        "cleared_as_another": cleared_as_another,
        "not_cleared_by": dict(referrals.most_common()),
        "outcomes": {twin: dict(counts) for twin, counts in own.items()},
    }
    return compare(
        "cast",
        "one image painted and examined; the figures are over 8 twins × 5 looks × 8 seeds",
        lambda: (painter.paint(request, lambda _: None), examination.examine(picture, request.twin_id)),
        "painting alone",
        lambda: painter.paint(request, lambda _: None),
        figures=figures,
    )
