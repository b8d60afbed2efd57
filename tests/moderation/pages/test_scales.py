"""What the scales mean is told to whoever judges, with every twin's limits and the report of this very pack."""

from dataclasses import asdict, replace
from json import dumps
from pathlib import Path
from typing import Any

import pytest

from moderation.access.account import Account, Role
from moderation.errors import NotFound, PackRefused
from moderation.examining.evaluation_report import CONDITIONS, DET, FIGURES, Report, Table
from moderation.examining.known import Limits
from moderation.pages.scales import scales_page
from tests.moderation.pages.open_page import EVIL
from tests.moderation.safeguards.exhibits import known_faces
from tests.moderation.scene import ADMIN, EVERYBODY, MODO

KNOWN = known_faces()
SHA, AT = "a" * 64, "2026-05-03T12:00:00.000000+00:00"


def limits(**changes: Any) -> Limits:
    return Limits(**{"pack": "pack", "pack_sha256": SHA, "measured_at": AT, "known": KNOWN, **changes})


def shown(reports: Path, account: Account = MODO, **changes: Any) -> str:
    return str(scales_page(lambda: limits(**changes), reports)(account))


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """A folder with the report of one pack."""

    folder = tmp_path / "pack"
    folder.mkdir()
    report = Report("pack", SHA, AT, (f"Data: {EVIL}",), (Table("By twin", ("twin", "clear"), (("Nora", EVIL),)),))
    (folder / FIGURES).write_text(dumps(asdict(report)), encoding="utf-8")
    for name in (DET, CONDITIONS):
        (folder / name).write_text(f'<svg aria-label="{name}"/>', encoding="utf-8")
    return tmp_path


def test_only_moderators_and_administrators_read_it(reports: Path) -> None:
    for account in EVERYBODY:
        if account.role in (Role.MODERATOR, Role.ADMINISTRATOR):
            assert "The limits here" in shown(reports, account)
        else:
            with pytest.raises(NotFound):
                shown(reports, account)


def test_every_twins_limits_stand_there_with_pack_and_date(reports: Path) -> None:
    told = shown(reports, ADMIN)
    nora = KNOWN.limits("nora")
    assert told.split("<h2>How often")[0].count('<td data-head="twin"><div>Nora</div></td>') == 2
    assert f"up to {nora.accept:.2f}" in told
    assert f"beyond {nora.refuse:.2f}" in told
    assert "pack (aaaaaaaaaaaa…) on 3 May 2026" in told
    assert "Ines" not in told


def test_the_packs_report_is_shown_with_its_plots_and_nothing_in_it_is_markup(reports: Path) -> None:
    told = shown(reports)
    assert f'aria-label="{DET}"' in told
    assert f'aria-label="{CONDITIONS}"' in told
    assert "Data: &lt;img" in told
    assert "<img" not in told
    assert "another version" not in told


def test_figures_of_another_version_of_the_pack_are_called_that(reports: Path) -> None:
    assert "another version of this face pack" in shown(reports, pack_sha256="b" * 64)


@pytest.mark.parametrize("content", [None, "", "{}", '{"tables": 3}'])
def test_without_a_report_the_way_to_one_is_told(reports: Path, content: str | None) -> None:
    file = reports / "pack" / FIGURES
    if content is None:
        file.unlink()
    else:
        file.write_text(content, encoding="utf-8")
    assert "twin-studio measure --report" in shown(reports)


def test_without_a_usable_pack_the_refusal_is_told(reports: Path) -> None:
    def refused() -> Limits:
        raise PackRefused("The pack was altered.")

    assert "The pack was altered." in scales_page(refused, reports)(MODO)


def test_where_nobody_was_measured_the_page_says_so_instead_of_empty_tables(reports: Path) -> None:
    told = shown(reports, known=replace(KNOWN, calibrations={}), measured_at="")
    assert "references were measured here yet: until then a person decides." in told
    assert "Distance to her references" not in told
