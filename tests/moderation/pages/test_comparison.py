"""Her references stand beside the image, the nearest first, under captions that are true, and only one is fetched."""

import html
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from moderation.desk.insight import Insight, Story
from moderation.examining.references import Reference
from moderation.pages.comparison import comparison
from moderation.pages.findings import findings_list
from tests.moderation.pages.open_page import EVIL, desk_page
from tests.moderation.scene import MODO, Scene, insert

REFERENCES = tuple(Reference(f"nora-{index}", "nora", "rendered") for index in range(3))


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def likeness(**lengths: Any) -> dict[str, Any]:
    evidence = {"references": {name.replace("_", "-"): length for name, length in lengths.items()}, "nearest_reference": "nora-2"}
    whole = {"safeguard": "likeness", "outcome": "clear", "score": 0.3, "threshold": 0.4, "reason": "It is she."}
    return {**whole, "model": None, "model_sha256": None, "evidence": evidence}


def story(scene: Scene, *findings: dict[str, Any]) -> Story:
    scene.judged("r1", "refer")
    return replace(Insight(scene.database).story(MODO, "r1"), findings=findings)


def leaves(shown: str) -> list[dict[str, str]]:
    (found,) = re.findall('data-leaves="([^"]*)"', shown)
    return list(json.loads(html.unescape(found)))


def test_the_nearest_reference_is_shown_and_the_others_follow_by_distance(scene: Scene) -> None:
    shown = str(comparison(story(scene, likeness(nora_2=0.31, nora_0=0.4)), REFERENCES))
    assert [leaf["id"] for leaf in leaves(shown)] == ["nora-2", "nora-0", "nora-1"]
    assert [leaf["caption"] for leaf in leaves(shown)] == [
        "1 of 3 of Nora, a render, the nearest, distance 0.31",
        "2 of 3 of Nora, a render, distance 0.40",
        "3 of 3 of Nora, a render",
    ]


def test_only_the_one_that_is_looked_at_is_fetched(scene: Scene) -> None:
    shown = str(comparison(story(scene, likeness(nora_2=0.31)), REFERENCES))
    assert re.findall('<img src="([^"]*)"', shown) == ["/media/reference/nora-2"]
    assert "AI-generated" not in shown


def test_without_an_examination_no_reference_is_called_nearest(scene: Scene) -> None:
    shown = str(comparison(story(scene), REFERENCES))
    assert [leaf["id"] for leaf in leaves(shown)] == ["nora-0", "nora-1", "nora-2"]
    assert "nearest" not in shown


def test_where_none_may_be_shown_the_reason_stands_there(scene: Scene) -> None:
    assert "No reference of Nora can be shown" in comparison(story(scene), ())


def test_a_finding_leads_to_the_reference_it_names_on_the_desk_alone() -> None:
    assert 'data-leaf-to="nora-2"' in findings_list([likeness(nora_2=0.3)], (96, 120))
    told = findings_list([likeness(nora_2=0.3)])
    assert "<button" not in told
    assert "nearest reference nora-2" in told


def test_what_did_not_clear_comes_first_on_the_desk() -> None:
    findings = [likeness(), {**likeness(), "outcome": "refer", "safeguard": "copy"}, {**likeness(), "outcome": "block"}]
    told = findings_list(findings, (96, 120))
    assert re.findall('<li data-state="([a-z]*)"', told) == ["refer", "block", "clear"]


def test_no_text_becomes_markup(scene: Scene) -> None:
    evil = story(scene, likeness())
    evil = replace(evil, card=replace(evil.card, twin_name=EVIL))
    shown = str(comparison(evil, [Reference(EVIL, "nora", EVIL)]))
    assert "<img src=x" not in shown
    assert leaves(shown)[0]["id"] == EVIL


def test_the_desk_shows_the_references_of_whom_it_claims(scene: Scene) -> None:
    with scene.database.write("test") as tx:
        for one in REFERENCES:
            row = {
                "id": one.id,
                "twin_id": "nora",
                "file": "x.avif",
                "sha256": one.id[-1] * 64,
                "source": "rendered",
                "pose": "{}",
            }
            insert(tx, "reference", {**row, "created_at": tx.now})
    scene.judged("r1", "refer")
    shown = desk_page(scene, MODO).does("enter")
    assert [leaf["id"] for leaf in leaves(shown["reference"])] == ["nora-0", "nora-1", "nora-2"]
