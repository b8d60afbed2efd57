"""Every function of every zone, called past the page: by strangers, with the ids of others, and with what no page sends."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.processing_utils import hash_url
from gradio.utils import get_upload_folder

from moderation.access.account import Role
from moderation.access.guard import NOTHING_THERE
from tests.attacks.arguments import ABSENT, FETCHED, FILES, HOSTILE, Ids, arguments, ids_of, nothing_of
from tests.attacks.intruder import CHANNELS, Theatre
from tests.attacks.stage import PAIRS, SHOOTS, ZONES, Rows, Stage, changes
from tests.moderation.her_hand import sent

READS = {
    "/studio": {"enter", "greet", "choose_shoot", "choose_twin", "choose_painter", "choose_look", "take_look"}
    | {"dip", "mix", "read", "pick", "tick", "lay", "follow", "leave"},
    "/review": {"open_reasons", "open_second", "open_comment", "list_many", "close_many"},
    "/me": {"enter", "tick", "later", "open_no", "open_wish", "pick", "open_withdraw", "forget", "foresee"}
    | {"foresee_everything", "leave"},
}
"""Functions that change nothing whoever calls them."""
CLAIMS = {"enter", "choose", "skip", "tick", "beat"}
"""Functions of the review desk that hold an image for their caller or give it back."""
names = itertools.count(1)


def fresh_session() -> str:
    """The name of a new page session."""
    return f"session{next(names)}"


@dataclass(frozen=True)
class Deed:
    """A function that changes something: who may do it to an image in which state, and what then holds."""

    zone: str
    name: str
    login: str
    state: str
    leaves: str
    tables: frozenset[str]
    twin: str = "luca"


def deed(zone: str, name: str, login: str, state: str, leaves: str, *tables: str, twin: str = "luca") -> Deed:
    return Deed(zone, name, login, state, leaves, frozenset({"render", *tables}), twin)


def remark(name: str, *tables: str) -> Deed:
    """What a moderator does beside an image without moving it."""
    return Deed("/review", name, "rosa", "in review", "in review", frozenset(tables))


REVOKED = ("revocation", "licence", "twin", "taking_back", "ended_image")
"""What taking back writes where nothing was released: otherwise its brand is told of a recall too."""
DEEDS = (
    deed("/studio", "generate", "maya", "approved", "approved", "job"),
    deed("/studio", "repaint", "maya", "approved", "approved", "job"),
    deed("/studio", "develop", "maya", "approved", "approved", "job"),
    deed("/studio", "stop", "maya", "queued", "cancelled", "job"),
    deed("/studio", "stop_one", "maya", "queued", "cancelled", "job"),
    deed("/studio", "appeal", "maya", "blocked", "in review", "decision"),
    deed("/studio", "release", "maya", "approved", "released", "release", "ledger_batch", "ledger_line"),
    deed("/review", "pass_on", "rosa", "in review", "her turn", "decision", "claim"),
    deed("/review", "refuse", "rosa", "in review", "refused", "decision", "claim"),
    deed("/review", "refuse_many", "rosa", "in review", "refused", "decision"),
    deed("/review", "undo", "rosa", "in review", "in review", "decision"),
    remark("escalate", "escalation", "claim"),
    remark("comment", "comment"),
    remark("wish", "desk_wish"),
    deed("/me", "approve", "haru", "her turn", "approved", "decision", "signature", twin="haru"),
    deed("/me", "refuse", "haru", "her turn", "refused", "decision", "signature", twin="haru"),
    deed("/me", "ask_change", "haru", "her turn", "change asked", "decision", "signature", twin="haru"),
    deed("/me", "undo", "haru", "approved", "her turn", "decision", "signature", twin="haru"),
    deed("/me", "withdraw", "haru", "released", "recalled", "taking_back", "ended_image", "recall", twin="haru"),
    deed("/me", "revoke", "haru", "approved", "withdrawn", *REVOKED, twin="haru"),
)


def test_every_function_is_known_here(theatre: Theatre) -> None:
    for zone in theatre.blocks:
        known = READS[zone] | {deed.name for deed in DEEDS if deed.zone == zone}
        known |= {"/studio": {"open_shoot"}, "/review": CLAIMS, "/me": set()}[zone]
        assert {function.name for function in theatre.functions(zone).values()} == known


def test_what_runs_in_the_browser_alone_runs_nothing_here(theatre: Theatre) -> None:
    stage, visitor = theatre.stage, theatre.as_one("maya")
    before, fns = stage.rows(), theatre.blocks["/studio"].fns
    bare = fns.keys() - theatre.functions("/studio").keys()
    assert bare
    for number in bare:
        assert (fns[number].outputs, fns[number].queue) == ([], False)
        status, text = visitor.call("/studio", number, [None] * len(fns[number].inputs), fresh_session())
        assert status in (404, 422, 500) or json.loads(text)["data"] == [], text
    assert changes(before, stage.rows()) == set()


@pytest.mark.parametrize("zone", ZONES)
def test_nobody_and_no_other_role_runs_a_function(theatre: Theatre, zone: str) -> None:
    stage = theatre.stage
    others = [login for role, pair in PAIRS.items() if role is not ZONES[zone] for login in pair]
    ids = ids_of(stage, "maya", stage.cast["maya", "nora", "approved"], "nora")
    before = stage.rows()
    for number, function in theatre.functions(zone).items():
        values = arguments(stage, zone, function, ids)
        for place, login in enumerate((None, *others)):
            channel = CHANNELS[(number + place) % 2]
            assert theatre.as_one(login).call(zone, number, values, "stolen", channel)[0] == 401, (login, function.name)
            assert theatre.straight(login, zone, function.name, values).startswith("refused: You are signed")
    assert changes(before, stage.rows()) == set()


@pytest.mark.parametrize("zone", ["/studio", "/me"])
def test_the_ids_of_others_answer_as_those_of_nothing_and_change_nothing(theatre: Theatre, zone: str) -> None:
    stage = theatre.stage
    for attacker, victim, twins in _couples(zone):
        for state in ("queued", "blocked", "approved") if zone == "/studio" else ("her turn", "approved", "released"):
            foreign = ids_of(stage, victim, stage.cast[twins.maker, twins.hers, state], twins.alone)
            before = stage.rows()
            for function in theatre.functions(zone).values():
                if function.name == "open_shoot":
                    continue
                for one, none in _mixtures(theatre, attacker, function, foreign):
                    answers = [theatre.straight(attacker, zone, function.name, values) for values in (one, none)]
                    blind = [_without(answer, foreign) for answer in answers]
                    assert blind[0] == blind[1], (function.name, one)
                    _holds_nothing_of(stage, foreign.image, answers[0])
            assert changes(before, stage.rows()) == set()


def test_an_image_that_was_not_submitted_is_no_more_to_a_moderator_than_none(theatre: Theatre) -> None:
    stage = theatre.stage
    unseen = ids_of(stage, "maya", stage.cast["maya", "nora", "queued"], "nora")
    before = stage.rows()
    for function in theatre.functions("/review").values():
        if function.name in {"choose", "pass_on", "refuse", "escalate", "comment", "undo"}:
            one, none = (arguments(stage, "/review", function, ids) for ids in (unseen, nothing_of(unseen)))
            if function.name == "choose":
                one[1] = none[1] = {}
            said = {theatre.straight("rosa", "/review", function.name, values) for values in (one, none)}
            assert said == {f"refused: {NOTHING_THERE}"}, function.name
    assert changes(before, stage.rows()) == set()


@dataclass(frozen=True)
class _Twins:
    maker: str
    hers: str
    alone: str


def _couples(zone: str) -> list[tuple[str, str, _Twins]]:
    """Attacker, victim, and whose images are at stake; `alone` is somebody whom the attacker has nothing to do with."""
    if zone == "/studio":
        return [("theo", "maya", _Twins("maya", "nora", "luca")), ("maya", "theo", _Twins("theo", "nora", "viktor"))]
    return [("mei", "nora", _Twins("maya", "nora", "nora")), ("haru", "nora", _Twins("theo", "nora", "nora"))]


def _mixtures(theatre: Theatre, attacker: str, function: Any, foreign: Ids) -> list[tuple[list[Any], list[Any]]]:
    """The handler's arguments with foreign ids and, beside, with ids of nothing: in all places, and among the attacker's own."""
    stage, zone = theatre.stage, "/studio" if attacker in ("maya", "theo") else "/me"
    twin = "nora" if zone == "/studio" else attacker
    own = replace(ids_of(stage, attacker, foreign.image, twin), shoot=SHOOTS.get(attacker, ""))
    takes_image = any(one.elem_id in ("film", "mine") or (zone == "/me" and isinstance(one, gr.State)) for one in function.inputs)
    pairs = [(foreign, nothing_of(foreign))]
    if takes_image and function.name != "stop":  # which stops what is her own in her own shoot, whatever image is named
        pairs.append((own, replace(own, image=ABSENT)))
    return [(arguments(stage, zone, function, one), arguments(stage, zone, function, none)) for one, none in pairs]


def _without(answer: str, foreign: Ids) -> str:
    """An answer with whatever the attacker herself had sent struck out."""
    nothing = nothing_of(foreign)
    for name in ("image", "shoot", "subject", "twin"):
        for ids in (foreign, nothing):
            answer = answer.replace(f"'{getattr(ids, name)}'", "'…'")
    return answer


def _holds_nothing_of(stage: Stage, image: str, answer: str) -> None:
    found = stage.database.rows("SELECT * FROM submission WHERE render_id = ?", [image])
    for secret in (row[name] for row in found for name in ("sealed_sha256", "pixels_sha256")):
        assert secret not in answer


def _belongs_to(stage: Stage, new: set[tuple[str, str]], login: str) -> None:
    for table, key in new:
        assert stage.database.rows(f"SELECT 1 FROM {table} WHERE id = ? AND account_id = ?", [key, login]), (table, key)


@pytest.mark.parametrize("zone", ZONES)
def test_what_no_page_sends_changes_nothing_and_shows_nothing(theatre: Theatre, zone: str) -> None:
    stage, login = theatre.stage, PAIRS[ZONES[zone]][1]
    visitor, before = theatre.as_one(login), stage.rows()
    for number, function in theatre.functions(zone).items():
        if function.name == "revoke" or not function.inputs:
            continue
        for value in HOSTILE:
            status, text = visitor.call(zone, number, [value] * len(function.inputs), fresh_session())
            assert status in (200, 400, 413, 422, 500)
            assert "Traceback" not in text
    new = changes(before, stage.rows())
    assert {table for table, _ in new} <= {"/studio": {"shoot"}, "/review": {"claim", "desk_wish"}, "/me": set()}[zone]
    if zone == "/studio":
        _belongs_to(stage, new, login)


@pytest.mark.parametrize("zone", ZONES)
def test_a_file_of_the_machine_or_of_elsewhere_is_neither_read_nor_fetched(theatre: Theatre, zone: str) -> None:
    stage, visitor = theatre.stage, theatre.as_one(PAIRS[ZONES[zone]][0])
    before = stage.rows()
    for number, function in theatre.functions(zone).items():
        for place, file in enumerate(FILES):
            values = [file] * max(1, len(function.inputs))
            status, text = visitor.call(zone, number, values, fresh_session(), CHANNELS[(number + place) % 2])
            assert (status, "root:" in text) == (400, False), function.name
    assert not (Path(get_upload_folder()) / hash_url(FETCHED["path"])).exists()
    assert changes(before, stage.rows()) == set()


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_page_session_of_another_is_closed(theatre: Theatre, channel: str) -> None:
    stage = theatre.stage
    for zone, role in ZONES.items():
        victim, attacker = (theatre.as_one(login) for login in PAIRS[role])
        session = fresh_session()
        assert victim.call(zone, theatre.function(zone, "enter"), [], session)[0] == 200
        before = stage.rows()
        for number, function in theatre.functions(zone).items():
            status, text = attacker.call(zone, number, [None] * len(function.inputs), session, channel)
            assert status == 401, function.name
            assert not any(image in text for image in stage.cast.values())
        for path, method in (("queue/data?session_hash=" + session, "GET"), (f"heartbeat/{session}", "GET")):
            with attacker.client.stream(method, f"{zone}/gradio_api/{path}") as answer:
                assert answer.status_code == 401, path
        for path in ("cancel", "reset"):
            body = {"session_hash": session, "fn_index": 0, "event_id": "x"}
            assert attacker.client.post(f"{zone}/gradio_api/{path}", json=body).status_code == 401
        assert changes(before, stage.rows()) == set()
        assert victim.call(zone, theatre.function(zone, "enter"), [], session)[0] == 200


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: f"{deed.zone[1:]}-{deed.name}")
def test_what_is_ones_own_to_do_is_done_by_the_very_same_call(theatre: Theatre, deed: Deed) -> None:
    """The other tests would pass if calls of this form never did anything."""
    stage, number = theatre.stage, theatre.function(deed.zone, deed.name)
    function = theatre.blocks[deed.zone].fns[number]
    image = stage.bring(deed.state, "maya", deed.twin)
    visitor, session = theatre.as_one(deed.login), fresh_session()
    _open_page(theatre, deed, image, session)
    ids = replace(ids_of(stage, "maya", image, deed.twin), signed=_signed(stage, deed, image))
    before = stage.rows()
    status, text = visitor.call(deed.zone, number, arguments(stage, deed.zone, function, ids), session, _channel(deed))
    assert status == 200, text
    new = changes(before, stage.rows())
    assert stage.state(image) == deed.leaves
    assert deed.tables <= {table for table, _ in new} <= {*deed.tables, "job", "claim"}
    assert _held_alone(stage, image, new, deed)


def _signed(stage: Stage, deed: Deed, image: str) -> str:
    """Her word for a decision, as her browser sends it; what she takes back in a demo needs none."""
    choice = {"ask_change": "change"}.get(deed.name, deed.name)
    if "signature" not in deed.tables:
        return ""
    said = {"refuse": {"reason_code": "quality", "note": "A word about it."}, "change": {"note": "A word about it."}}
    return sent(stage.signs.signed(stage.account(deed.login), image, choice, **said.get(choice, {})))


def _channel(deed: Deed) -> str:
    return CHANNELS[DEEDS.index(deed) % 2]


def _open_page(theatre: Theatre, deed: Deed, image: str, session: str) -> None:
    """Do what a page does before the button can be pressed: load, and hold the image."""
    visitor = theatre.as_one(deed.login)
    undoes = (deed.zone, deed.name) == ("/review", "undo")
    if undoes:
        _pass_on(theatre.stage, deed.login, image)
    assert visitor.call(deed.zone, theatre.function(deed.zone, "enter"), [], session)[0] == 200
    if deed.name in ("generate", "develop"):
        place = ["osterby-autumn", image, deed.twin, "atelier", None]
        assert visitor.call(deed.zone, theatre.function(deed.zone, "choose_twin"), place, session)[0] == 200
    if deed.name == "develop":
        status, text = visitor.call(deed.zone, theatre.function(deed.zone, "lay"), ["osterby-autumn", image], session)
        assert status == 200, text
    if deed.name == "refuse_many":
        assert visitor.call(deed.zone, theatre.function(deed.zone, "list_many"), [], session)[0] == 200
    elif deed.zone == "/review" and not undoes:
        choose: Callable[..., Any] = visitor.call
        status, text = choose(deed.zone, theatre.function(deed.zone, "choose"), [image, None, None], session)
        assert status == 200, text
        assert json.loads(text)["data"]


def _pass_on(stage: Stage, login: str, image: str) -> None:
    """What there is to take back."""
    account, version = stage.account(login), ids_of(stage, "maya", image, "luca").version
    token = stage.house.desk.claim(account, image)["token"]
    stage.house.desk.review(account, image, version, "pass", None, "", token)


def _held_alone(stage: Stage, image: str, new: set[tuple[str, str]], deed: Deed) -> bool:
    """Whether of all images only this one moved; ordering makes a new one instead, and she takes back all under a consent."""
    moved = {key for table, key in new if table == "render"}
    if "render" not in deed.tables:
        return not moved
    if deed.name in ("generate", "repaint", "develop"):
        return len(moved) == 1 and image not in moved
    if deed.name in ("revoke", "stop"):
        column, whose = ("twin_id", deed.twin) if deed.name == "revoke" else ("maker_id", deed.login)
        mine = {row["id"] for row in stage.database.rows(f"SELECT id FROM render WHERE {column} = ?", [whose])}
        return image in moved and moved <= mine
    return moved == {image}


def test_a_shoot_is_opened_for_ones_own_brand(theatre: Theatre, stage: Stage) -> None:
    before: Rows = stage.rows()
    title = "Winter, by theo"
    session = fresh_session()
    number = theatre.function("/studio", "open_shoot")
    assert theatre.as_one("theo").call("/studio", theatre.function("/studio", "enter"), [], session)[0] == 200
    assert theatre.as_one("theo").call("/studio", number, [title, "nora"], session, "queue")[0] == 200
    assert [table for table, _ in changes(before, stage.rows())] == ["shoot"]
    found = stage.database.rows("SELECT brand_id, account_id FROM shoot WHERE title = ?", [title])
    assert found == [{"brand_id": stage.account("theo").brand_id, "account_id": "theo"}]
    assert stage.account("theo").role is Role.CREATIVE
