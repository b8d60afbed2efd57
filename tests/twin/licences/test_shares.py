"""What a licence gives the people behind a look: agreed once, before the first image, and by nothing else."""

from pathlib import Path

import pytest
from sqlite_utils.utils import sqlite3

from tests.twin.cast import ASSETS, empty_registry
from twin import demo
from twin.errors import BadValue, LicenceRefuses, NotFound
from twin.licences.shares import HIGHEST_SHARE_BP, agree_share, share_of
from twin.plates.plate import read_index
from twin.plates.reference import plate_references
from twin.registry.portfolio import twins_for


def test_a_share_is_agreed_once_and_before_the_first_image(tmp_path: Path) -> None:
    database = empty_registry(tmp_path)
    with database.write("demo") as tx:
        references = plate_references(ASSETS / "references", read_index(ASSETS / "references"))
        demo.plant(tx, demo.Demo.read(ASSETS / "demo"), references)
    with database.write("greta") as tx:
        assert (share_of(tx, "osterby-nora"), share_of(tx, "calloway-nora")) == (500, 0)
        agree_share(tx, "calloway-nora", 0)
        agree_share(tx, "calloway-nora", 250)
        assert share_of(tx, "calloway-nora") == 250
    told = {twin.licence_id: twin.share_bp for twin in twins_for(database, "calloway", database.clock())}
    assert told["calloway-nora"] == 250
    assert sum(told.values()) == 250
    refused = (
        *((NotFound, "none", 100), (LicenceRefuses, "calloway-nora", 300), (LicenceRefuses, "osterby-nora", 0)),
        *((BadValue, "calloway-mei", value) for value in (-1, HIGHEST_SHARE_BP + 1, True, 2.5)),
    )
    for error, licence_id, share_bp in refused:
        with pytest.raises(error), database.write("greta") as tx:
            agree_share(tx, licence_id, share_bp)  # type: ignore[arg-type]
    for statement in ("UPDATE creative_share SET share_bp = 1", "DELETE FROM creative_share"):
        with pytest.raises(sqlite3.IntegrityError, match="never changed"), database.write("greta") as tx:
            tx.execute(statement)
    told = database.rows("SELECT subject, facts FROM audit WHERE event = 'licence.share_agreed' AND actor = 'greta'")
    assert told == [{"subject": "calloway-nora", "facts": '{"share_bp":250}'}]
