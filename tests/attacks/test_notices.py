"""Notices and figures on the real site: nobody reads or marks another's, and a link does nothing by being fetched."""

import itertools
import re

from moderation.notices.port import Message
from moderation.notices.sender import Sender
from tests.attacks.intruder import Theatre
from tests.attacks.stage import PAIRS, changes
from tests.moderation.scene import insert

numbers = itertools.count()
EVERYBODY = [login for pair in PAIRS.values() for login in pair]


class Kept:
    """A way out that keeps what was given to it."""

    def __init__(self) -> None:
        self.got: list[Message] = []

    def send(self, message: Message) -> None:
        self.got.append(message)


def notice_of(theatre: Theatre, login: str) -> str:
    """The id of a new notice of this account."""
    stage = theatre.stage
    stage.house.notices.tell()
    notices = stage.house.notices.inbox.of(stage.account(login))
    stage.house.notices.inbox.mark(stage.account(login), notices[0].id, read=False)
    return notices[0].id


def read_at(theatre: Theatre, notice_id: str) -> str | None:
    rows = theatre.stage.database.rows("SELECT read_at FROM notice WHERE id = ?", [notice_id])
    found: str | None = rows[0]["read_at"]
    return found


def test_nobody_marks_or_opens_another_ones_notice(theatre: Theatre) -> None:
    notice_id = notice_of(theatre, "nora")
    for login in EVERYBODY:
        if login != "nora":
            visitor = theatre.as_one(login)
            token = visitor.token("/notices")
            for act in ("open", "unread"):
                answer = visitor.client.post(f"/notices/{notice_id}/{act}", data={"form": token}, follow_redirects=False)
                assert answer.status_code == 404, login
            visitor.client.post("/notices/read", data={"form": token})
            assert notice_id not in visitor.client.get("/notices").text
    assert read_at(theatre, notice_id) is None
    nora = theatre.as_one("nora")
    answer = nora.client.post(f"/notices/{notice_id}/open", data={"form": nora.token("/notices")}, follow_redirects=False)
    assert answer.status_code == 303
    assert read_at(theatre, notice_id) is not None


def link_to_nora(theatre: Theatre) -> str:
    """The link of a message to Nora, as a studio would have sent it."""
    stage, kept = theatre.stage, Kept()
    notice_id, board = notice_of(theatre, "nora"), stage.house.notices
    way, sealed = f"way-{next(numbers)}", board.ways.key()
    with stage.database.write("test") as tx:  # a demo takes no address, so it is put there
        tx.execute("UPDATE notice_way SET ended_at = ? WHERE ended_at IS NULL", [tx.now])
        row = {"id": way, "account_id": stage.account("nora").id, "kind": "mail", "added_by": "ada", "added_at": tx.now}
        insert(tx, "notice_way", {**row, "sealed_target": sealed.seal(b"nora@example.org", f"target/{way}")})
        row = {"id": f"delivery-of-{way}", "notice_id": notice_id, "way_id": way, "state": "waiting", "not_before": tx.now}
        tx.execute("DELETE FROM delivery")
        insert(tx, "delivery", {**row, "made_at": tx.now, "link_ends_at": "9999"})

    class Open:
        def __getattr__(self, name: str) -> object:
            return getattr(board.ways, name)

        def site(self) -> str:
            return "https://studio.example"

    assert Sender(stage.database, Open(), board.links, {"mail": lambda: kept}).send_due() == 1  # type: ignore[arg-type]
    return kept.got[0].link.removeprefix("https://studio.example")


def test_fetching_a_link_uses_nothing_up_and_signs_nobody_in(theatre: Theatre) -> None:
    link = link_to_nora(theatre)
    before = theatre.stage.database.rows("SELECT * FROM delivery")
    nobody = theatre.enter(None)
    for method in ("GET", "HEAD", "GET", "OPTIONS", "PUT", "DELETE"):
        assert nobody.client.request(method, link).status_code in (200, 404, 405)
    assert nobody.client.post(link, data={"form": "guessed"}).status_code == 403
    assert theatre.stage.database.rows("SELECT * FROM delivery") == before
    answer = nobody.client.post(link, data={"form": nobody.token(link)}, follow_redirects=False)
    assert answer.status_code == 303
    assert re.fullmatch(r"/sign-in\?to=%2F(me|consent-draft%2F\w+)", answer.headers["location"])
    assert nobody.client.get("/me", headers={"accept": "text/html"}, follow_redirects=False).status_code in (303, 401)
    assert nobody.client.get(link).status_code == 404
    assert nobody.client.post(link, data={"form": nobody.token("/sign-in")}, follow_redirects=False).status_code == 404


def test_a_forged_or_changed_link_leads_nowhere(theatre: Theatre) -> None:
    link = link_to_nora(theatre)
    before = theatre.stage.rows()
    for forged in (
        link[:-1],
        link + "A",
        link.replace(".", "", 1),
        "/notice/ImQtMSI.x",
        "/notice/..%2fme",
        "/notice/%00",
        "/notice/",
    ):
        for login in (None, "nora", "ada"):
            assert theatre.as_one(login).client.get(forged).status_code in (401, 404, 405, 307), forged
    assert changes(before, theatre.stage.rows()) == set()


def test_a_demo_never_sends_whatever_stands_in_its_tables(theatre: Theatre) -> None:
    link_to_nora(theatre)
    stage = theatre.stage
    with stage.database.write("test") as tx:
        tx.execute("INSERT OR IGNORE INTO outbox_switch VALUES (1, 'https://studio.example')")
        tx.execute("UPDATE delivery SET state = 'waiting', sent_at = NULL, not_before = ?", [tx.now])
    assert stage.house.notices.send() == 0
    assert stage.database.rows("SELECT state, attempts FROM delivery") == [{"state": "waiting", "attempts": 1}]


def test_the_figures_tell_everybody_the_same_and_no_private_id(theatre: Theatre) -> None:
    stage = theatre.stage
    told = {}
    for login in (None, *EVERYBODY):
        page = theatre.as_one(login).client.get("/insights")
        assert page.status_code == 200
        told[login] = re.sub(r"\d\d:\d\d UTC", "", page.text.partition('<p class="scope"')[2].partition("</section>\n</main>")[0])
    assert len(set(told.values())) == 1
    everything = told[None]
    assert len(everything) > 5_000
    ids = [row["id"] for table in ("render", "account", "release", "taking_back", "decision") for row in
           stage.database.rows(f"SELECT id FROM {table}")]  # fmt: skip
    assert not [one for one in ids if len(one) > 12 and one in everything]
    assert "sha256" not in everything
