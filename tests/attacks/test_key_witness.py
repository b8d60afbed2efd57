"""A key that waits for a witness: whoever is neither her agency nor an administrator finds no page, and opens no door with it."""

import pytest

from tests.attacks.intruder import Theatre
from tests.attacks.stage import PAIRS, changes
from tests.attacks.test_in_her_place import told
from tests.moderation.her_hand import fingerprint, private_key, public_key

KEY = private_key("a key of Kofi's that waits")
EVERYBODY = tuple(login for pair in PAIRS.values() for login in pair)


@pytest.fixture
def person(theatre: Theatre) -> str:
    """Somebody of the agency of Greta's, who asks for a new key."""
    database = theatre.stage.database
    her = database.rows(
        "SELECT a.id, a.person_id FROM account a JOIN person p ON p.id = a.person_id JOIN account g ON g.login = 'greta'"
        " WHERE p.agency_id = g.agency_id AND a.login NOT IN ('nora', 'mei', 'ines') LIMIT 1"
    )[0]
    with database.write("test") as tx:
        if not tx.execute("SELECT 1 FROM key_request WHERE person_id = ? AND settled_at IS NULL", [her["person_id"]]):
            values = ["asked", her["person_id"], her["id"], public_key(KEY), fingerprint(KEY), tx.now]
            tx.execute(
                "INSERT INTO key_request (id, person_id, account_id, public_key, fingerprint, asked_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                values,
            )
    return str(her["person_id"])


def test_only_her_agency_and_administrators_may_be_witness(theatre: Theatre, person: str) -> None:
    stage, before = theatre.stage, theatre.stage.rows()
    page = f"/key/{person}"
    for login in EVERYBODY:
        visitor, hers = theatre.as_one(login), login in ("greta", "ada", "adam")
        shown = visitor.client.get(page, headers={"accept": "text/html"})
        assert shown.status_code == (200 if hers else 404), login
        assert fingerprint(KEY)[:12] not in shown.text, "she reads it out; no page tells it"
        fields = {"form": visitor.token("/"), "fingerprint": fingerprint(KEY), "seen": "yes"}
        if not hers:
            assert visitor.client.post(page, data=fields).status_code == 404
            assert ("witness a key", person) in told(stage, stage.account(login).id)
        else:
            for wrong in ({"fingerprint": "0" * 64}, {"seen": ""}):
                answer = visitor.client.post(page, data={**fields, **wrong}, headers={"accept": "text/html"})
                assert answer.status_code == 400, wrong
    assert changes(before, stage.rows()) == set()
    greta = theatre.as_one("greta")
    answer = greta.client.post(page, data={"form": greta.token("/"), "fingerprint": fingerprint(KEY), "seen": "yes"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/agency/person/{person}")
    current = stage.house.keys.current(person)
    assert current is not None
    assert (current.fingerprint, current.witnessed_by) == (fingerprint(KEY), stage.account("greta").id)
