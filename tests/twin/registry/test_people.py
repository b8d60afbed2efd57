"""People, agencies and brands are entered on the command line, and are on record."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.twin.cast import empty_registry
from twin.arguments import parse
from twin.errors import BadValue, NotFound
from twin.ports import Store
from twin.registry.people import people

NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return empty_registry(tmp_path, lambda: NOW)


def said(store: Store, *words: str) -> str:
    return people(store, parse(["people", *words]))


def test_somebody_is_entered_with_her_agency_and_her_twin(store: Store) -> None:
    assert said(store, "list") == "There is nobody in this studio yet."
    agency = said(store, "agency", "Halm", "--commission", "1500").rsplit(" ", 1)[1].rstrip(".")
    said(store, "brand", "Osterby")
    told = said(store, "add", "Vera Lund", "--agency", agency, "--twin", "Vera")
    row = store.rows("SELECT p.*, t.name AS twin FROM person p JOIN twin t ON t.person_id = p.id")[0]
    assert (row["name"], row["agency_id"], row["fictional"], row["twin"]) == ("Vera Lund", agency, 0, "Vera")
    assert f"twin-studio enrol {row['id']} FOLDER" in told
    listed = said(store, "list").splitlines()
    assert [line.split()[0] for line in listed] == ["agency", "brand", "person"]
    assert "Vera Lund, Halm; twin Vera" in listed[2]
    assert "not enrolled" in listed[2]


def test_what_cannot_be_is_refused_and_nothing_is_entered(store: Store) -> None:
    for words in (("agency", "Greedy", "--commission", "9000"), ("brand", " "), ("add", "A\nB")):
        with pytest.raises(BadValue):
            said(store, *words)
    with pytest.raises(NotFound):
        said(store, "add", "Vera", "--agency", "nobody")
    assert said(store, "list") == "There is nobody in this studio yet."
