"""A witness lets in the key whose numbers she heard from the person, and learns them nowhere else."""

import pytest

from moderation.access.account import Account
from moderation.audit.attempts import REFUSED
from moderation.errors import AccountRefused, BadRequest, NotFound
from moderation.keys.witness import KeyWitness
from tests.moderation.her_hand import fingerprint
from tests.moderation.keys.test_her_keys import AWAY, NEW, OTHER, Passwords, asking, keys_of, scene
from tests.moderation.scene import ADMIN, AGENT, AMARA, MAYA, MODO, NORA, Scene

__all__ = ["scene"]
SPOKEN = " ".join(fingerprint(NEW)[at : at + 4] for at in range(0, 64, 4)).upper()


@pytest.fixture
def witness(scene: Scene) -> KeyWitness:
    passwords = Passwords()
    keys = keys_of(scene, passwords)
    keys.register(NORA, asking(keys, NORA, NEW), passwords.proof())
    return KeyWitness(scene.database, keys)


def tried(scene: Scene) -> list[str]:
    sql = "SELECT actor FROM audit WHERE event = ? AND facts ->> 'act' = 'witness a key' AND facts ->> 'on' = 'nora' ORDER BY seq"
    return [row["actor"] for row in scene.database.rows(sql, [REFUSED])]


def never() -> None:
    raise AssertionError("the password was asked for")


@pytest.mark.parametrize("account", [AGENT, ADMIN])
def test_her_agency_or_an_administrator_lets_in_what_she_read_out(witness: KeyWitness, account: Account) -> None:
    asked = witness.asked(account, "nora")
    assert (asked.name, asked.replaces) == ("Nora Lind", True)
    assert fingerprint(NEW) not in repr(asked)
    for wrong in (fingerprint(OTHER), SPOKEN[:-1], ""):
        with pytest.raises(BadRequest, match="not the numbers"):
            witness.let_in(account, "nora", wrong, never)
    asks: list[str] = []
    made = witness.let_in(account, "nora", SPOKEN, lambda: asks.append("password"))
    assert (made.fingerprint, made.witnessed_by, asks) == (fingerprint(NEW), account.id, ["password"])
    with pytest.raises(NotFound):
        witness.let_in(account, "nora", SPOKEN, never)


def test_without_the_witnesss_password_no_key_is_let_in(scene: Scene, witness: KeyWitness) -> None:
    def wrong() -> None:
        raise AccountRefused("Login or password is wrong.")

    with pytest.raises(AccountRefused):
        witness.let_in(AGENT, "nora", SPOKEN, wrong)
    assert scene.count("person_key", fingerprint=fingerprint(NEW)) == 0


@pytest.mark.parametrize("account", [NORA, AMARA, MAYA, MODO, AWAY])
def test_nobody_else_is_a_witness_and_who_tries_is_told_of(scene: Scene, witness: KeyWitness, account: Account) -> None:
    with pytest.raises(NotFound):
        witness.asked(account, "nora")
    assert tried(scene) == []
    with pytest.raises(NotFound):
        witness.let_in(account, "nora", SPOKEN, never)
    assert tried(scene) == [account.id]
    assert scene.count("person_key", fingerprint=fingerprint(NEW)) == 0
