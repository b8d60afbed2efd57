"""The face models, shared with the studios that enrol somebody here."""

from pathlib import Path

import pytest

from moderation.faces.pack import Pack
from tests.moderation.enrolment.newcomer import Newcomer


@pytest.fixture
def newcomer(cc0_pack: Pack, tmp_path: Path) -> Newcomer:
    """A studio in which nobody has handed anything in yet."""
    return Newcomer(tmp_path / "home", cc0_pack.folder.parent)
