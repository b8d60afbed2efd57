"""An agency says no for her where her key allowed it, and never anything else."""

from dataclasses import replace
from pathlib import Path

import pytest

from moderation.access.account import Account, Role
from moderation.errors import AlreadyDecided, BadRequest, IllegalMove, ModerationError, NotFound, NotYours, SignatureRefused
from moderation.keys.her_word import Signed
from moderation.keys.on_behalf import OnBehalf
from tests.moderation.her_hand import fingerprint, key_of, sign
from tests.moderation.scene import AGENT, AMARA, EVERYBODY, MAYA, MODO, NORA, Scene

ELSEWHERE = Account("else", "else", "El Sewhere", Role.AGENCY, agency_id="nobody")


class Office(Scene):
    """The small studio, and the permission in it."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.behalf = OnBehalf(self.database, self.word)

    def word_of(self, person: Account = NORA, *, allowed: bool = True) -> Signed:
        statement = self.behalf.statement(person, fingerprint(key_of(person)), allowed=allowed)
        return Signed(statement, sign(key_of(person), statement))

    def allow(self, *, allowed: bool = True) -> None:
        self.behalf.allow(NORA, allowed=allowed, word=self.word_of(allowed=allowed))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_it_is_off_until_she_signs_it_and_off_again_when_she_says_so(office: Office) -> None:
    office.judged("one")
    standing = office.behalf.standing(NORA)
    assert standing is not None
    assert (standing.agency_name, standing.allowed) == ("Lumen", False)
    with pytest.raises(NotYours, match="has not allowed"):
        office.behalf.refuse(AGENT, "one", "quality")
    office.allow()
    assert office.behalf.may_refuse(AGENT, "one")
    office.clock.forward(minutes=1)
    office.allow(allowed=False)
    assert not office.behalf.may_refuse(AGENT, "one")
    with pytest.raises(NotYours, match="has not allowed"):
        office.behalf.refuse(AGENT, "one", "quality")
    assert office.state("one") == "her turn"


def test_its_no_is_as_final_as_hers_and_says_whose_it_was(office: Office) -> None:
    office.judged("one")
    office.allow()
    row = office.behalf.refuse(AGENT, "one", "not-her", "The nose.", version=office.render("one")["version"])
    assert (row["kind"], row["choice"], row["account_id"], row["signature_id"]) == ("signoff", "refuse", "agent", None)
    assert office.state("one") == "refused"
    with pytest.raises(IllegalMove):
        office.desk.appeal(MAYA, "one", "Please.")
    told = office.database.rows("SELECT facts FROM audit WHERE event = 'render.refused'")[0]["facts"]
    assert '"mover":"agency"' in told
    assert '"permission":1' in told


def test_only_her_own_signature_gives_the_permission(office: Office) -> None:
    office.judged("one")
    hers = office.word_of()
    for word in (None, office.word_of(AMARA) if office.behalf.standing(AMARA) else None, replace(hers, signature=bytes(64))):
        with pytest.raises(SignatureRefused):
            office.behalf.allow(NORA, allowed=True, word=word)
    with pytest.raises(SignatureRefused):
        office.behalf.allow(NORA, allowed=True, word=office.word_of(allowed=False))
    for account in EVERYBODY:
        if account.role is not Role.MODEL:
            with pytest.raises(NotYours):
                office.behalf.allow(account, allowed=True, word=hers)
    with pytest.raises(BadRequest):
        office.behalf.allow(AMARA, allowed=True, word=hers)  # she has no agency
    assert office.count("refusal_permission") == 0


def test_a_signature_serves_once(office: Office) -> None:
    word = office.word_of()
    office.behalf.allow(NORA, allowed=True, word=word)
    with pytest.raises(AlreadyDecided):
        office.behalf.allow(NORA, allowed=True, word=word)
    office.clock.forward(minutes=1)
    office.allow(allowed=False)
    with pytest.raises(SignatureRefused):
        office.behalf.allow(NORA, allowed=True, word=word)


def test_nobody_else_says_no_for_her(office: Office) -> None:
    office.judged("one")
    office.judged("two", licence="halden-amara")
    office.allow()
    for account in (*(one for one in EVERYBODY if one is not AGENT), ELSEWHERE):
        with pytest.raises((NotYours, NotFound)):
            office.behalf.refuse(account, "one", "quality")
    with pytest.raises(NotFound):
        office.behalf.refuse(AGENT, "two", "quality")
    assert (office.state("one"), office.state("two")) == ("her turn", "her turn")


def test_the_permission_does_not_follow_her_to_another_agency(office: Office) -> None:
    office.judged("one")
    office.allow()
    with office.database.write("test") as tx:
        tx.execute("INSERT INTO agency (id, name, commission_bp) VALUES ('nobody', 'Other', 1000)")
        tx.execute("UPDATE person SET agency_id = 'nobody' WHERE id = 'nora'")
    for agency in (AGENT, ELSEWHERE):
        with pytest.raises((NotYours, NotFound)):
            office.behalf.refuse(agency, "one", "quality")


def test_it_reaches_no_image_that_does_not_wait_for_her(office: Office) -> None:
    office.allow()
    office.judged("reviewed", "refer")
    office.approved("approved")
    office.released("released")
    for image in ("reviewed", "approved", "released"):
        before = office.state(image)
        with pytest.raises(ModerationError):
            office.behalf.refuse(AGENT, image, "quality")
        assert office.state(image) == before


@pytest.mark.parametrize("choice", ["approve", "change", "undo"])
def test_the_database_itself_takes_nothing_but_a_no_from_her_agency(office: Office, choice: str) -> None:
    office.approved("one")
    office.allow()
    row = office.database.rows("SELECT * FROM decision WHERE choice = 'approve'")[0]
    kind = "undo" if choice == "undo" else "signoff"
    forged = {**row, "id": "forged", "account_id": "agent", "kind": kind, "choice": choice}
    with pytest.raises(Exception, match="she decides herself"), office.database.write("test") as tx:
        tx.execute(f"INSERT INTO decision ({', '.join(forged)}) VALUES ({', '.join(f':{name}' for name in forged)})", forged)
    for account in (MODO, MAYA):
        no = {**forged, "id": account.id, "account_id": account.id, "kind": "signoff", "choice": "refuse", "reason_code": "other"}
        with pytest.raises(Exception, match="she decides herself"), office.database.write("test") as tx:
            tx.execute(f"INSERT INTO decision ({', '.join(no)}) VALUES ({', '.join(f':{name}' for name in no)})", no)
