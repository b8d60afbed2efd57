"""Agency, administrator, moderator, creative and another model try to approve for her, by page and raw call: it is on record."""

from base64 import b64encode

import pytest

from moderation.access.account import Role
from moderation.audit.attempts import REFUSED
from moderation.audit.chain import verify
from moderation.errors import NotFound, NotYours
from tests.attacks.arguments import arguments, ids_of
from tests.attacks.intruder import CHANNELS, Theatre
from tests.attacks.stage import PAIRS, Stage, changes
from tests.attacks.test_her_key import THEIRS, post
from tests.moderation.her_hand import fingerprint, public_key, sent

OTHERS = [login for pair in PAIRS.values() for login in pair if login != "nora"]


def told(stage: Stage, actor: str) -> list[tuple[str, str]]:
    """The acts that this account was refused, and what each was about, as the verified chain tells them."""
    rows = stage.database.rows("SELECT * FROM audit ORDER BY seq")
    verify(rows)
    sql = (
        "SELECT facts ->> 'act' AS act, facts ->> 'on' AS about FROM audit WHERE event = ? AND actor = ? AND at >= ? ORDER BY seq"
    )
    since = stage.clock.now.isoformat(timespec="microseconds")
    return [(row["act"], row["about"]) for row in stage.database.rows(sql, [REFUSED, actor, since])]


@pytest.mark.parametrize("login", OTHERS)
def test_nobody_approves_in_her_place_and_each_way_of_trying_is_told_once(theatre: Theatre, login: str) -> None:
    stage, visitor = theatre.stage, theatre.as_one(login)
    image = stage.cast["maya", "nora", "her turn"]
    word = stage.signs.signed(stage.account("nora"), image, "approve")
    number = theatre.function("/me", "approve")
    values = arguments(stage, "/me", theatre.blocks["/me"].fns[number], ids_of(stage, "maya", image, "nora"))
    stolen, who = [*values[:-1], sent(word)], stage.account(login)
    key = b64encode(public_key(THEIRS)).decode()
    visitor.client.get("/form-token")
    with stage.clock.later(minutes=3 * (1 + OTHERS.index(login))):
        before = stage.rows()
        for turn in range(2):
            assert theatre.straight(login, "/me", "approve", stolen).startswith("refused")
            if who.role is not Role.MODEL:
                assert visitor.call("/me", number, stolen, f"{login}{turn}", CHANNELS[turn])[0] == 401
            with pytest.raises((NotYours, NotFound)):
                stage.house.signs.approve(who, image, stage.sealed(image), word=word)
            assert post(visitor, f"/statement/image/{image}", choice="approve", key=fingerprint(THEIRS))[0] == 404
            if who.role is not Role.MODEL:
                assert post(visitor, "/my-key/statement", public_key=key)[0] == 404
        assert changes(before, stage.rows()) == set()
        wanted = {("approve", image), ("sign", image if who.role is Role.MODEL else "")}
        if who.role is not Role.MODEL:
            wanted |= {("page of model: approve", ""), ("page of model", ""), ("make her key", "")}
        assert sorted(told(stage, who.id)) == sorted(wanted)
    assert stage.state(image) == "her turn"


@pytest.mark.parametrize(
    ("login", "zone", "name", "state", "act"),
    [
        ("nora", "/review", "pass_on", "in review", "page of moderator: pass_on"),
        ("maya", "/review", "refuse", "in review", "page of moderator: refuse"),
        ("rosa", "/studio", "release", "approved", "page of creative: release"),
        ("theo", "/studio", "release", "approved", "release"),
        ("greta", "/me", "revoke", "released", "page of model: revoke"),
        ("mei", "/me", "revoke", "released", "take back"),
    ],
)
def test_decisions_releases_and_taking_back_for_others_are_told(
    theatre: Theatre, login: str, zone: str, name: str, state: str, act: str
) -> None:
    stage = theatre.stage
    image = stage.cast["maya", "nora", state]
    values = arguments(stage, zone, theatre.blocks[zone].fns[theatre.function(zone, name)], ids_of(stage, "maya", image, "nora"))
    with stage.clock.later(minutes=60):
        before, already = stage.rows(), told(stage, stage.account(login).id)
        assert theatre.straight(login, zone, name, values).startswith("refused")
        assert changes(before, stage.rows()) == set()
        assert [one for one, _ in told(stage, stage.account(login).id)[len(already) :]] == [act]
