"""Probes are plates that are nobody's references, shown in the references' lights and in harder ones."""

from tests.twin.cast import ASSETS
from tests.twin.plates.test_specimens import Canvas
from twin.looks.lookbook import Lookbook
from twin.looks.wardrobe import Wardrobe
from twin.plates.plate import read_index
from twin.plates.probes import CHOSEN_ON, HARD, PAINTED, PAINTED_SEEDS, PAINTED_TURN, PLAIN, painted_probes, probes, unseen
from twin.plates.reference import LIGHTS


def test_a_probe_is_shown_in_every_light_plain_first_and_none_is_a_reference() -> None:
    plates = ASSETS / "plates"
    wanted = sorted(line["id"] for line in read_index(plates) if line["twin"] == "kofi")[:2]
    seen = list(probes(plates, Lookbook.read(ASSETS / "looks"), wanted))
    lights = [light for name, _, _, light, _ in seen if name == wanted[0]]
    assert lights == [*LIGHTS, *HARD]
    assert lights[0] == PLAIN
    assert {name for name, *_ in seen} == set(wanted)
    assert len({picture.tobytes() for *_, picture in seen}) == len(seen)
    assert not {line["id"] for line in read_index(ASSETS / "references")} & unseen(ASSETS)


def test_no_plate_that_a_constant_was_chosen_on_is_asked_about() -> None:
    chosen = set((ASSETS / CHOSEN_ON).read_text(encoding="utf-8").split())
    plates = {line["id"]: line["twin"] for line in read_index(ASSETS / "plates")}
    assert chosen <= plates.keys()
    assert not unseen(ASSETS) & chosen
    assert {plates[plate] for plate in unseen(ASSETS)} == set(plates.values())


def test_a_turn_is_that_of_head_and_body_together() -> None:
    plates = ASSETS / "plates"
    line = next(line for line in read_index(plates) if abs(line["pose"]["body"]) > 10)
    found = next(probes(plates, Lookbook.read(ASSETS / "looks"), [line["id"]]))
    assert found[2] == line["pose"]["yaw"] + line["pose"]["body"]


def test_each_of_the_cast_is_painted_in_looks_and_seeds_of_their_own_within_the_turn() -> None:
    wardrobe, painter = Wardrobe.read(ASSETS / "wardrobe.json"), Canvas()
    found = list(painted_probes(painter, Lookbook.read(ASSETS / "looks"), wardrobe, ["nora", "kofi"]))  # type: ignore[arg-type]
    assert [twin for _, twin, *_ in found] == ["nora"] * 40 + ["kofi"] * 40
    assert len({name for name, *_ in found}) == 80
    assert not set(PAINTED) & {*HARD, "studio-classic"}
    assert {request.seed for request in painter.asked} == set(PAINTED_SEEDS)
    assert all(
        abs(turn) <= PAINTED_TURN and request.look.pose.yaw == turn
        for (_, _, turn, *_), request in zip(found, painter.asked, strict=True)
    )
