"""The little site, once a module."""

from collections.abc import Iterator

import pytest

from tests.moderation.access.little_site import LittleSite, serving


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> LittleSite:
    """A studio home: passwords, no role switch."""
    return LittleSite(tmp_path_factory.mktemp("studio"), demo=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> LittleSite:
    """A demo home: no passwords, a role switch."""
    return LittleSite(tmp_path_factory.mktemp("demo"), demo=True)


@pytest.fixture(scope="module")
def demo_address(demo: LittleSite) -> Iterator[str]:
    """The demo, served."""
    with serving(demo.app) as address:
        yield address


@pytest.fixture(scope="module")
def studio_address(studio: LittleSite) -> Iterator[str]:
    """The studio, served."""
    with serving(studio.app) as address:
        yield address
