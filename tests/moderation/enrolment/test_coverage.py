"""The map counts angles, chins and lights, and says in words what is missing."""

import pytest

from moderation.enrolment.coverage import LIGHTS, Seen, angle_of, coverage_of

NODS = (Seen(0.0, "even", -12.0), Seen(3.0, "even", 12.0))
SIDES = (Seen(-20.0, "from her left", 0.0), Seen(20.0, "even", 1.0))


def test_the_map_counts_angles_in_lights_and_names_what_is_missing() -> None:
    found = coverage_of([Seen(0.0, "even"), Seen(-15.0, "even"), Seen(40.0, "from her left")])
    assert found.counts["even"]["from the front"] == found.counts["even"]["turned to her right"] == 1
    assert found.counts["from her left"]["turned far to her left"] == 1
    assert found.missing == ("a photograph from the front", "a photograph turned to her left")
    assert coverage_of([]).missing[-1] == "a photograph in even light"
    assert coverage_of([*NODS, *SIDES]).is_whole
    assert coverage_of([*NODS, *(one._replace(light="even") for one in SIDES)]).missing == ("a photograph lit from one side",)


def test_the_map_counts_chins_at_each_angle_and_names_those_that_are_missing() -> None:
    found = coverage_of([*NODS, *SIDES])
    assert {chin: sum(row.values()) for chin, row in found.chins.items()} == {"chin up": 1, "chin level": 2, "chin down": 1}
    assert found.chins["chin up"]["from the front"] == found.chins["chin level"]["turned to her left"] == 1
    assert coverage_of([*SIDES, Seen(0.0, "even", 0.0), NODS[0]]).missing == ("a photograph with the chin down",)
    level = coverage_of([*SIDES, Seen(0.0, "even", 0.0), NODS[1]])
    assert level.missing == level.chins_missing == ("a photograph with the chin up",)
    assert level.is_whole


def test_where_a_chin_was_never_measured_nothing_is_said_to_be_missing_of_it() -> None:
    found = coverage_of([Seen(0.0, "even"), Seen(1.0, "even", 0.0), *SIDES])
    assert found.chins["chin not measured"]["from the front"] == 1
    assert found.is_whole
    assert not found.tells_chins
    assert coverage_of([*NODS, *SIDES]).tells_chins


@pytest.mark.parametrize(
    ("yaw", "angle"), [(-90, 0), (-28.1, 0), (-20, 1), (-9.9, 2), (0, 2), (9.9, 2), (10, 3), (28, 4), (90, 4)]
)
def test_every_turn_has_a_place_in_the_map(yaw: float, angle: int) -> None:
    assert angle_of(yaw) == list(coverage_of([]).counts[LIGHTS[0]])[angle]
