"""What the list of protected people costs: time to search it exactly, and good images that it refers for nothing.

The search is timed on random templates, for time depends on nothing but their number. False referrals are counted with the demo's
twins: each of the seven others is put on the list by three of her reference pictures, and every reference picture of a twin is
asked about as if it were an image of hers, with that reference left out of what she is known by. As alike as these eight come out
of one renderer, people on a real list will hardly be; so the largest list that follows is a careful one. With `--data DIR` the
pictures `<person>_*.jpg` of people who are nobody of the cast are put on the list too, and where none of them refers anything the
rate is read off a normal curve through their margins, which is an extrapolation and called one.
"""

import math
import resource
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import NormalDist

import numpy as np

from moderation.examining.calibration import calibrate
from moderation.examining.nearest import NearestFace
from moderation.examining.templates import Gallery, Template
from moderation.safeguards.protected import LARGEST, SHARE
from tests.bench.measure import Measurement, compare, seconds

TEMPLATES = Path(__file__).parents[2] / "assets" / "demo" / "templates.npz"
SIZES = (1_000, 10_000, 100_000)
PHOTOGRAPHS = 3
ROUNDS = 8
"""How often three references of a listed twin are drawn anew."""


def run(data: Path | None) -> Measurement:
    """Time the search at three sizes beside the plain one at 10⁴; count what a list refers for nothing."""
    chance = np.random.default_rng(1)
    listed = chance.normal(0, 0.12, (max(SIZES), 128)).astype(np.float32)
    probe = chance.normal(0, 0.12, 128).astype(np.float32)
    faces = {size: NearestFace([str(index) for index in range(size)], listed[:size]) for size in SIZES}
    times = {
        f"ms_at_{size}": round(1000 * min(seconds(lambda f=one: f.to(probe)) for _ in range(9)), 3) for size, one in faces.items()
    }
    measured = compare(
        "protected",
        "one face searched exactly in a list of 10⁴, numpy, one thread",
        lambda: faces[10_000].to(probe),
        "all differences and their lengths",
        lambda: np.linalg.norm(listed[:10_000] - probe, axis=1).argmin(),
        n=21,
    )
    measured.figures.update(times, **false_referrals(data), stated_largest=LARGEST)
    measured.figures["peak_memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return measured


def references() -> tuple[Template, ...]:
    with np.load(TEMPLATES) as kept:
        names, lights, rows = (kept[name] for name in ("reference", "light", "embedding"))
    return tuple(
        Template(str(name), str(name).split("_")[0], str(light), row)
        for name, light, row in zip(names, lights, rows, strict=True)
    )


def margins(listed: dict[str, np.ndarray], templates: tuple[Template, ...]) -> Iterator[tuple[str, float]]:
    """(person on the list, margin beyond the twin's limit) for every reference of everybody who is not that person."""
    chance = np.random.default_rng(2)
    for person, own in listed.items():
        gallery = Gallery(tuple(one for one in templates if one.twin_id != person))
        limits = calibrate(gallery)
        for _ in range(ROUNDS):
            centre = own[chance.choice(len(own), PHOTOGRAPHS, replace=False)].mean(axis=0)
            for one in gallery.templates:
                weights = gallery.weights(one.reference_id)
                distance = float(np.linalg.norm((centre - one.embedding) @ weights))
                hers = gallery.from_centres_in_contrast(one.embedding, without=one.reference_id)[one.twin_id]
                yield person, distance - hers - (limits[one.twin_id].mistaken or 0.0)


def missed(templates: tuple[Template, ...]) -> float:
    """The part of pictures of somebody on the list, each submitted as every twin, that come nearer to the twin."""
    chance, answers = np.random.default_rng(3), []
    for person in sorted({one.twin_id for one in templates}):
        gallery = Gallery(tuple(one for one in templates if one.twin_id != person))
        limits, own = calibrate(gallery), [one for one in templates if one.twin_id == person]
        for shown in own:
            known = np.stack([one.embedding for one in own if one.reference_id != shown.reference_id])
            centre = known[chance.choice(len(known), PHOTOGRAPHS, replace=False)].mean(axis=0)
            distance = np.linalg.norm((centre - shown.embedding) @ gallery.weights())
            centres = gallery.from_centres_in_contrast(shown.embedding)
            answers += [distance - centres[twin] > (limits[twin].mistaken or 0.0) for twin in gallery.twin_ids]
    return float(np.mean(answers))


def false_referrals(data: Path | None) -> dict[str, object]:
    templates = references()
    cast = {twin: np.stack([one.embedding for one in templates if one.twin_id == twin]) for twin in Gallery(templates).twin_ids}
    seen = list(margins(cast, templates))
    share = float(np.mean([margin <= 0 for _, margin in seen]))
    found: dict[str, object] = {
        "referred_for_nothing_per_person_as_alike_as_the_cast": round(share, 6),
        "largest_list_as_alike_as_the_cast": largest(share),
        "asked": len(seen),
        "missed_by_this_safeguard_alone": round(missed(templates), 4),
    }
    if data:
        strangers = photographed(data)
        spread = [margin for _, margin in margins(strangers, templates)]
        counted = float(np.mean([margin <= 0 for margin in spread]))
        fitted = NormalDist.from_samples(spread).cdf(0.0)
        found |= {
            "people_of_the_data": {person: len(own) for person, own in strangers.items()},
            "referred_for_nothing_per_person_of_the_data": counted,
            "extrapolated_per_person_of_the_data": fitted,
            "largest_list_of_people_like_the_data_extrapolated": largest(max(counted, fitted)),
        }
    return found


def largest(share: float) -> int | None:
    """The most people of whom each refers `share` of the images, together at most two of a hundred; None where nobody did."""
    return math.floor(math.log(1 - SHARE) / math.log(1 - share)) if share else None


def photographed(data: Path) -> dict[str, np.ndarray]:
    """The templates of the pictures `<person>_*` of a folder, for everybody of whom there are enough."""
    import tempfile

    from moderation.faces.cc0 import cc0_sources, ready_cc0
    from moderation.faces.reader import FaceReader
    from moderation.uploads.uploads import read_picture_file

    seen = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        reader = FaceReader(ready_cc0(Path(folder) / "cc0", cc0_sources(), lambda _words, _part: None), threads=1)
        for file in sorted([*data.glob("*.jpg"), *data.glob("*.png")]):
            faces = reader.read(read_picture_file(file))
            if len(faces) == 1:
                seen[file.name.split("_")[0]].append(faces[0].template)
    return {person: np.stack(own) for person, own in seen.items() if len(own) >= PHOTOGRAPHS}
