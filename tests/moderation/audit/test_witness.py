"""A person who takes the head of the chain home holds a proof against everybody who could rewrite it."""

from pathlib import Path

import pytest

from moderation.audit.heads import Head, Heads
from moderation.audit.verification import verify_home
from moderation.audit.witness import Witnesses
from moderation.backups.tombstones import Tombstones
from moderation.errors import AuditBroken
from tests.moderation.her_hand import fingerprint, private_key
from tests.moderation.scene import AGENT, NORA, Scene


def test_what_a_person_took_home_says_who_took_it_and_is_held_against_the_chain(tmp_path: Path) -> None:
    scene, heads = Scene(tmp_path), Heads(tmp_path / "keys")
    stones = Tombstones(tmp_path / "keys" / "tombstones.jsonl")
    stones.begin(scene.database)
    witnesses = Witnesses(scene.database, heads)
    assert witnesses.latest() is None
    scene.judged("image")
    hers, agencys = witnesses.take(NORA), witnesses.take(AGENT)
    assert hers.seq < agencys.seq
    assert witnesses.latest() == agencys
    rows = scene.database.rows("SELECT actor, facts ->> 'key' AS key FROM audit WHERE event = 'head.witnessed' ORDER BY seq")
    assert [(row["actor"], row["key"]) for row in rows] == [(NORA.id, fingerprint(private_key("nora"))), (AGENT.id, None)]
    assert verify_home(scene.database, heads, stones, [hers, agencys]).witnessed == 2

    other = Head.read(hers.as_text())
    with pytest.raises(AuditBroken, match="a witness holds"):
        verify_home(scene.database, heads, stones, [_elsewhere(tmp_path / "other", other.seq)])


def _elsewhere(home: Path, rows: int) -> Head:
    """A validly signed head of another chain with as many rows."""
    home.mkdir()
    scene, heads = Scene(home), Heads(home / "keys")
    with scene.database.write("elsewhere") as tx:
        for n in range(rows):
            tx.record("image.moved", str(n))
        return heads.sign(tx)
