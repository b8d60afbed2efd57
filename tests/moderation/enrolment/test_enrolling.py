"""An enrolment with the real models: what does not fit is named for its own reason, the rest enrols, and her images clear."""

from collections.abc import Iterator, Mapping

import numpy as np
import pytest

from moderation.enrolment.album import Shown
from moderation.enrolment.enrolments import Handed
from moderation.enrolment.finishing import Enrolled
from moderation.errors import AlreadyDecided, BadRequest
from moderation.faces.pack import Pack
from moderation.faces.reader import FaceReader
from moderation.safeguards.finding import Outcome
from moderation.uploads.uploads import read_upload
from moderation.vault.vault import Shelf
from tests.moderation.enrolment.newcomer import FOREIGN, Newcomer, ayla, blurred, developed, jpeg, photo, plates, spliced

ENROLLED = (0, 1, 2, 3, 4, 5, 6, 8, 9)
"""Pictures of Ayla that become references; of the others 7 and 10 are asked about afterwards, 11 shows nearly the pose of one."""
GOOD = len(ENROLLED)
OTHERS_OF_HERS = (7, 10)


def named(number: int) -> str:
    """What a photograph of hers is called."""
    return f"ayla_{number:02}.jpg"


class Sitting:
    """One enrolment from its photographs to its end, and what was seen on the way."""

    def __init__(self, newcomer: Newcomer, reader: FaceReader) -> None:
        newcomer.prepare()
        self.newcomer, self.house = newcomer, newcomer.house
        her = newcomer.account("vera")
        warmer = read_upload(ayla(0)) * np.array([0.9, 0.8, 0.65])
        files = {named(number): ayla(number) for number in ENROLLED} | {
            "foreign.jpg": photo(plates(FOREIGN)[0]),
            "blurred.jpg": jpeg(blurred(read_upload(ayla(10)))),
            "duplicate.jpg": jpeg(warmer.astype(np.uint8)),
            "truncated.jpg": ayla(11)[:9000],
            "spliced.jpg": jpeg(spliced(reader, read_upload(ayla(7)), developed(plates("mei")[0], "warm side"))),
        }
        self.house.enrolments.take(her, "vera", [Handed(*file) for file in files.items()])
        found = self.house.enrolments.open(her, "vera")
        self.shown: Mapping[str, Shown] = {one.name: one for one in found.album.photographs}
        self.missing = found.album.coverage.missing
        self.refusal = self.house.finishing.refusal(found)
        self.files_before = newcomer.files()
        self.enrolled: Enrolled = self.house.finishing.finish(her, "vera")


@pytest.fixture(scope="module")
def sitting(cc0_pack: Pack, face_reader: FaceReader, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sitting]:
    made = Newcomer(tmp_path_factory.mktemp("sitting") / "home", cc0_pack.folder.parent)
    yield Sitting(made, face_reader)
    made.database.close()


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("foreign.jpg", "foreign", "other photographs"),
        ("blurred.jpg", "blurred", "is blurred"),
        ("duplicate.jpg", "copy", f"the same photograph as {named(0)}"),
        ("spliced.jpg", "manipulation", "blended"),
    ],
)
def test_each_photograph_that_does_not_fit_is_named_for_its_own_reason(
    sitting: Sitting, name: str, code: str, words: str
) -> None:
    stopping = [reason for reason in sitting.shown[name].reasons if reason.stops]
    assert stopping[0].code == code
    # The detector doubts blurred pictures as well, and a face that was pasted in is another person's.
    assert {reason.code for reason in stopping} <= {code, "manipulation"} | ({"foreign"} if name == "spliced.jpg" else set())
    assert words in stopping[0].words
    assert not sitting.shown[name].fits


def test_a_truncated_file_is_named_and_not_kept(sitting: Sitting) -> None:
    assert sitting.shown["truncated.jpg"].refused == (
        "This picture is damaged or incomplete; export it again and hand in the new file."
    )
    assert sitting.shown["truncated.jpg"].measured is None


def test_all_her_own_fit_and_are_told_of(sitting: Sitting) -> None:
    own = [one for name, one in sitting.shown.items() if name.startswith("ayla")]
    assert [one.name for one in own if not one.fits] == []
    assert len(own) == GOOD
    assert sitting.refusal == ""
    assert {one.measured.turn.words for one in own if one.measured} > {"from the front", "turned to her left"}


def test_what_fits_becomes_references_and_the_rest_leaves_nothing(sitting: Sitting) -> None:
    fitting = sorted(one.id for one in sitting.shown.values() if one.fits)
    rows = sitting.house.database.rows("SELECT * FROM reference WHERE twin_id = 'vera' ORDER BY id")
    assert [row["id"] for row in rows] == fitting
    assert {row["source"] for row in rows} == {"photographed"}
    assert len(sitting.files_before) == 3 * (GOOD + 4)
    shelves = (Shelf.REFERENCE, Shelf.CROP, Shelf.THUMBNAIL)
    assert [sitting.house.vault.names(shelf) for shelf in shelves] == [fitting] * 3
    assert sitting.house.database.rows("SELECT 1 FROM photograph WHERE sealed IS NOT NULL") == []


def test_she_is_calibrated_and_told_plainly_how_good_it_will_be(sitting: Sitting) -> None:
    known = sitting.house.examiner.known_now()
    assert len(known.gallery.references_of("vera")) == GOOD
    limits = known.limits("vera")
    told = " ".join(sitting.enrolled.outlook.sentences)
    assert sitting.enrolled.photographs == GOOD
    assert sitting.enrolled.outlook.grade in ("good", "fair")
    assert f"up to {limits.accept:.2f} counts as hers" in told
    assert "The nearest other twin is" in told
    assert sitting.house.finishing.enrolled("vera") == sitting.enrolled


def test_other_pictures_of_her_clear_and_a_strangers_do_not(sitting: Sitting) -> None:
    examination = sitting.house.examination
    for number in OTHERS_OF_HERS:
        verdict = examination.examine(read_upload(ayla(number)), "vera")
        assert verdict.outcome is Outcome.CLEAR, [found.reason for found in verdict.findings if found.outcome != "clear"]
    for other in (FOREIGN, "kofi", "nora"):
        assert examination.examine(read_upload(photo(plates(other)[0])), "vera").outcome is not Outcome.CLEAR


def test_painters_are_shown_her_crops_and_each_opening_is_on_record(sitting: Sitting) -> None:
    before = len(sitting.newcomer.events("reference.opened"))
    shown = sitting.newcomer.studio.painting.references("vera")
    assert len(shown) == 3
    assert all(250 < min(picture.shape[:2]) <= max(picture.shape[:2]) <= 768 for picture in shown)
    assert len(sitting.newcomer.events("reference.opened")) == before + 3
    first = sitting.house.photographs.of_twin("vera")[0].id
    measured = list(sitting.newcomer.studio.references([first]))
    assert [one.light for one in measured] == ["as taken"]
    assert {one.twin_id for one in sitting.newcomer.studio.references(None)}.isdisjoint({"vera"})


def test_an_enrolment_that_is_over_takes_nothing_more(sitting: Sitting) -> None:
    her = sitting.newcomer.account("vera")
    with pytest.raises(AlreadyDecided, match="enrolled already"):
        sitting.house.enrolments.take(her, "vera", [Handed("more.jpg", b"x")])
    with pytest.raises(AlreadyDecided, match="enrolled already"):
        sitting.house.finishing.finish(her, "vera")


def test_somebody_who_is_nearly_another_twin_is_refused_in_words(newcomer: Newcomer) -> None:
    newcomer.prepare()
    her = newcomer.account("vera")
    lines = plates(FOREIGN)[:10]
    files = [Handed(f"{line['id']}.jpg", photo(line, ("even", "warm side")[at % 2])) for at, line in enumerate(lines)]
    newcomer.house.enrolments.take(her, "vera", files)
    with pytest.raises(BadRequest, match=f"as near to {FOREIGN.title()} as her own"):
        newcomer.house.finishing.finish(her, "vera")
    assert newcomer.house.database.rows("SELECT 1 FROM reference WHERE twin_id = 'vera'") == []
