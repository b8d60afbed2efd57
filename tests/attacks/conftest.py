"""The one stage of a test run, served."""

from collections.abc import Iterator

import pytest

from tests.attacks.intruder import Theatre
from tests.attacks.stage import Stage
from tests.moderation.access.little_site import serving


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A demo with images in every state."""
    stage = Stage(tmp_path_factory.mktemp("attacked") / "home")
    stage.fill()
    return stage


@pytest.fixture(scope="session")
def theatre(stage: Stage) -> Iterator[Theatre]:
    """The stage, served over HTTP, and a signed-in visitor for each account."""
    site = stage.site()
    with serving(site) as address:
        yield Theatre(stage, site, address)
