"""Facts about the drawn light plan."""

from xml.etree import ElementTree

from twin.looks.look import Lamp, Light
from twin.pages.lightplan import light_plan, tint


def drawn(light: Light) -> ElementTree.Element:
    return ElementTree.fromstring(light_plan(light))


def beams(svg: ElementTree.Element) -> list[ElementTree.Element]:
    return [part for part in svg.iter() if part.get("class") == "ts-plan-beam"]


def test_warm_lamps_are_drawn_warmer_than_cold_ones() -> None:
    def blueness(colour: str) -> int:
        return int(colour[5:7], 16) - int(colour[1:3], 16)

    tints = [blueness(tint(kelvin)) for kelvin in (2500, 3500, 5000, 6500, 9000)]
    assert tints == sorted(tints)
    assert tints[0] < 0 < tints[-1]
    assert tint(100) == tint(2500)
    assert tint(90_000) == tint(9000)


def test_a_lamp_that_is_off_throws_no_beam() -> None:
    assert len(beams(drawn(Light()))) == 3
    assert len(beams(drawn(Light(fill=Lamp(0.0, 5700))))) == 2


def test_a_stronger_lamp_throws_a_wider_beam() -> None:
    def width(strength: float) -> float:
        points = beams(drawn(Light(key=Lamp(strength, 5400))))[0].get("points", "").split()
        (ax, ay), (bx, by) = (map(float, point.split(",")) for point in points[1:])
        return (ax - bx) ** 2 + (ay - by) ** 2

    assert width(2.0) > width(1.0) > width(0.2)


def test_the_plan_says_every_lamp_to_those_who_do_not_see_it() -> None:
    told = drawn(Light(rim=Lamp(2.3, 2900))).get("aria-label", "")
    assert "rim 2.30 at 2900 K" in told
    assert all(lamp in told for lamp in ("key", "fill", "ambient"))
