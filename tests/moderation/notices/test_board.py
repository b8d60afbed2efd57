"""Each event is told once to each whom it concerns, in her own inbox, and leaves the studio only where that was wished."""

import threading
from pathlib import Path

import pytest

from moderation.errors import BadRequest, NotFound, NotYours
from moderation.money.ledger import refund
from moderation.notices.board import Board
from moderation.notices.port import Message, Undelivered
from moderation.notices.queue import PAUSES
from moderation.notices.sender import Sender
from moderation.notices.words import SENTENCES, leads, place
from moderation.rights.recall import Recalls
from tests.moderation.notices.office import SITE, board_of
from tests.moderation.scene import ADMIN, AGENT, AMARA, EVERYBODY, MAYA, MODO, NORA, OTTO, RIVAL, Scene, insert


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = Scene(tmp_path)
    with scene.database.write("test") as tx:  # the mark of a new home is set by the machine's own clock
        tx.execute("UPDATE notice_mark SET month = '2026-05'")
    return scene


@pytest.fixture
def board(scene: Scene, tmp_path: Path) -> Board:
    return board_of(scene, tmp_path)


def told(board: Board) -> dict[str, list[str]]:
    """What each inbox holds, newest first; empty ones left out."""
    board.tell()
    found = {account.id: [one.kind for one in board.inbox.of(account)] for account in EVERYBODY}
    return {who: kinds for who, kinds in found.items() if kinds}


class Carrier:
    """A way out that keeps what it was given, or fails as it is told to."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.fails: Undelivered | None = None

    def send(self, message: Message) -> None:
        self.got.append(message)
        if self.fails is not None:
            raise self.fails


def sender(scene: Scene, board: Board, carrier: Carrier) -> Sender:
    return Sender(scene.database, board.ways, board.links, {"mail": lambda: carrier, "webhook": lambda: carrier})


def test_an_image_is_told_of_to_her_and_to_its_maker_at_each_turn(scene: Scene, board: Board) -> None:
    sealed = scene.judged("image")
    assert told(board) == {"nora-account": ["her turn"]}
    scene.clock.forward(minutes=1)
    scene.signoff.approve(NORA, "image", sealed.sealed_sha256)
    scene.clock.forward(minutes=1)
    scene.releases.release(OTTO, "image")
    assert told(board) == {"nora-account": ["released", "her turn"], "maya": ["approved"]}
    scene.clock.forward(minutes=1)
    scene.judged("no")
    scene.judged("change")
    scene.signoff.refuse(NORA, "no", "quality")
    scene.signoff.ask_change(NORA, "change", "Warmer, please.")
    assert set(told(board)["maya"]) == {"approved", "refused", "change asked"}
    assert "modo" not in told(board)


def test_each_event_is_told_once_however_often_and_by_however_many(scene: Scene, board: Board, tmp_path: Path) -> None:
    scene.judged("image")
    assert board.tell() == 1
    assert [board.tell(), board_of(scene, tmp_path).tell()] == [0, 0]
    with scene.database.write("test") as tx:  # as if a copy of the mark from before came back
        tx.execute("UPDATE notice_mark SET audit_seq = 0")
    assert board.tell() == 0
    assert scene.count("notice") == 1


def test_what_one_did_oneself_is_no_news(scene: Scene, board: Board) -> None:
    sealed = scene.judged("image")
    scene.signoff.approve(NORA, "image", sealed.sealed_sha256)
    board.tell()
    scene.signoff.undo(NORA, "image")
    assert told(board)["nora-account"] == ["her turn"]
    assert scene.count("notice", account_id="nora-account") == 1


def test_she_hears_that_somebody_tried_to_decide_in_her_place(scene: Scene, board: Board) -> None:
    sealed = scene.judged("image")
    board.tell()
    for somebody in (AMARA, AGENT):
        with pytest.raises((NotYours, NotFound)):
            scene.signoff.approve(somebody, "image", sealed.sealed_sha256)
    found = told(board)
    assert found["nora-account"] == ["tried in her place", "her turn"]
    assert found.keys() == {"nora-account"}
    assert board.inbox.of(NORA)[0].words == "2 times somebody tried to decide in your place."


def test_several_of_one_kind_in_one_pass_are_one_notice(scene: Scene, board: Board) -> None:
    for name in ("one", "two", "three"):
        scene.judged(name)
    board.tell()
    (notice,) = board.inbox.of(NORA)
    assert notice.words == "3 images wait for your decision."


def test_taking_back_is_told_to_her_agency_and_the_brands_it_concerns(scene: Scene, board: Board) -> None:
    scene.released("image")
    board.tell()
    scene.clock.forward(minutes=1)
    taken = scene.rights.revoke(NORA, "licence", "halden-nora", "Enough.")
    found = told(board)
    assert found["agent"] == ["taking back"]
    assert set(found["otto"]) == {"taking back", "recall"}
    assert "rival" not in found
    assert "amara-account" not in found
    assert [one.address for one in board.inbox.of(AGENT)] == [f"/revocation/{taken.revocation_id}"]
    assert {one.address for one in board.inbox.of(OTTO)} == {"/recalls", "/studio"}
    scene.clock.forward(minutes=1)
    scene.rights.revoke(NORA, "twin", "nora", "All of it.")
    assert told(board)["rival"] == ["taking back"]


def test_a_late_answer_is_reminded_of_once(scene: Scene, board: Board) -> None:
    scene.released("image")
    scene.rights.withdraw_image(NORA, "image")
    board.tell()
    scene.clock.forward(days=3)
    scene.endings.sweep()
    assert told(board)["maya"].count("recall reminder") == 1
    recalls = Recalls(scene.database)
    recalls.attest(MAYA, [recalls.of_brand(MAYA)[0].recall_id], "Maya Okafor")
    scene.clock.forward(days=30)
    scene.endings.sweep()
    assert told(board)["maya"].count("recall reminder") == 1


def test_the_statement_of_a_month_is_told_when_it_has_closed(scene: Scene, board: Board) -> None:
    scene.released("image")
    assert "statement" not in told(board)["nora-account"]
    scene.clock.forward(days=29)
    found = told(board)
    assert (found["nora-account"][0], found["agent"]) == ("statement", ["statement"])
    assert board.inbox.of(NORA)[0].address == "/statements/person/nora/2026-05"
    scene.clock.forward(days=40)
    with scene.database.write("test") as tx:
        refund(tx, tx.execute("SELECT id FROM release")[0]["id"], 5_000)
    assert told(board)["agent"] == ["statement"]
    scene.clock.forward(days=40)
    assert told(board)["agent"] == ["statement", "statement"]


def test_a_draft_that_waits_is_told_to_her_alone(scene: Scene, board: Board) -> None:
    with scene.database.write("agent") as tx:
        row = {"id": "draft-1", "kind": "biometric", "person_id": "nora", "version": 1, "agency_id": "lumen"}
        row |= {"account_id": "agent", "language": "en", "terms": "{}", "text": "Words.", "text_sha256": "a" * 64}
        insert(tx, "consent_draft", {**row, "drafted_at": tx.now})
        tx.record("consent.drafted", "draft-1")
    assert told(board) == {"nora-account": ["draft"]}
    assert board.inbox.of(NORA)[0].address == "/consent-draft/draft-1"


def test_an_inbox_is_its_owners_alone_and_remembers_what_was_read(scene: Scene, board: Board) -> None:
    scene.judged("image")
    board.tell()
    (notice,) = board.inbox.of(NORA)
    assert (notice.about, notice.read, board.inbox.unread(NORA)) == ("Nora for Halden", False, 1)
    for account in EVERYBODY:
        if account is not NORA:
            with pytest.raises(NotFound):
                board.inbox.mark(account, notice.id, read=True)
            board.inbox.mark(account, None, read=True)
    assert board.inbox.unread(NORA) == 1
    assert board.inbox.mark(NORA, notice.id, read=True) == "/me"
    assert board.inbox.unread(NORA) == 0
    board.inbox.mark(NORA, notice.id, read=False)
    board.inbox.mark(NORA, None, read=True)
    assert board.inbox.of(NORA)[0].read


def test_nothing_leaves_unless_it_was_switched_on_and_a_way_was_entered(scene: Scene, board: Board, tmp_path: Path) -> None:
    carrier = Carrier()
    scene.judged("before")
    board.tell()
    board.ways.add_mail(ADMIN, NORA, "nora@example.org")
    scene.judged("while-off")
    board.tell()
    board.ways.switch(ADMIN, SITE)
    assert sender(scene, board, carrier).send_due() == 0  # what happened before is not sent after the event
    scene.judged("after")
    board.tell()
    assert sender(scene, board, carrier).send_due() == 1
    assert [(one.target, one.words) for one in carrier.got] == [("nora@example.org", "An image waits for your decision.")]
    for name in ("Nora", "Halden", "123"):
        assert name not in carrier.got[0].words + carrier.got[0].link
    assert sender(scene, board, carrier).send_due() == 0

    demo = board_of(scene, tmp_path, demo=True)
    scene.judged("in-a-demo")
    demo.tell()
    assert (demo.send(), scene.count("delivery", state="waiting")) == (0, 0)
    for refused in (lambda: demo.ways.add_mail(ADMIN, NORA, "a@b.example"), lambda: demo.ways.switch(ADMIN, SITE)):
        with pytest.raises(NotYours, match="demo"):
            refused()


def test_what_does_not_arrive_is_tried_again_later_and_later_and_then_given_up(scene: Scene, board: Board) -> None:
    carrier = Carrier()
    carrier.fails = Undelivered("The webhook answers 500.")
    board.ways.switch(ADMIN, SITE)
    board.ways.add_webhook(ADMIN, NORA, "https://hooks.example/x")
    scene.judged("image")
    board.tell()
    sends = sender(scene, board, carrier)
    for attempt, pause in enumerate(PAUSES, 1):
        assert (sends.send_due(), len(carrier.got)) == (0, attempt)
        scene.clock.forward(seconds=pause - 1)
        assert (sends.send_due(), len(carrier.got)) == (0, attempt)
        scene.clock.forward(seconds=1)
    sends.send_due()
    scene.clock.forward(days=1)
    sends.send_due()
    assert len(carrier.got) == len(PAUSES) + 1
    assert len({one.delivery_id for one in carrier.got}) == 1
    (left,) = scene.database.rows("SELECT state, problem, attempts FROM delivery")
    assert left == {"state": "given up", "problem": "The webhook answers 500.", "attempts": 6}


def test_who_fails_holds_up_others_of_the_same_way_and_no_other(scene: Scene, board: Board) -> None:
    carrier, dead = Carrier(), Carrier()
    dead.fails = Undelivered("The post office cannot be used (ConnectionRefusedError).")
    board.ways.switch(ADMIN, SITE)
    board.ways.add_mail(ADMIN, NORA, "nora@example.org")
    board.ways.add_webhook(ADMIN, NORA, "https://hooks.example/x")
    for name in ("one", "two"):
        scene.judged(name)
        board.tell()
    sends = Sender(scene.database, board.ways, board.links, {"mail": lambda: dead, "webhook": lambda: carrier})
    for _ in range(4):
        sends.send_due()
    assert (len(dead.got), len(carrier.got)) == (1, 2)


def test_a_receiver_that_never_ends_holds_the_worker_up_for_a_moment_only(scene: Scene, board: Board) -> None:
    never = threading.Event()

    class Endless(Carrier):
        def send(self, message: Message) -> None:
            super().send(message)
            never.wait()

    board.ways.switch(ADMIN, SITE)
    board.ways.add_mail(ADMIN, NORA, "nora@example.org")
    scene.judged("image")
    board.tell()
    Sender(scene.database, board.ways, board.links, {"mail": Endless}, seconds=0.05).send_due()
    never.set()
    (left,) = scene.database.rows("SELECT state, problem FROM delivery")
    assert left == {"state": "waiting", "problem": "It took longer than 0.05 seconds."}


def test_a_way_that_was_given_up_or_whose_account_closed_gets_nothing_more(scene: Scene, board: Board) -> None:
    carrier = Carrier()
    board.ways.switch(ADMIN, SITE)
    board.ways.add_mail(ADMIN, NORA, "nora@example.org")
    board.ways.add_mail(ADMIN, AMARA, "amara@example.org")
    scene.judged("noras")
    scene.judged("amaras", licence="halden-amara")
    board.tell()
    board.ways.remove(ADMIN, NORA, "mail")
    with scene.database.write("test") as tx:
        tx.execute("UPDATE account SET disabled_at = ? WHERE id = 'amara-account'", [tx.now])
    for _ in range(3):
        sender(scene, board, carrier).send_due()
    assert carrier.got == []
    assert scene.count("delivery", state="given up") == 2
    assert scene.database.rows("SELECT DISTINCT length(sealed_target) AS n FROM notice_way") == [{"n": 0}]
    with pytest.raises(NotFound):
        board.ways.remove(ADMIN, NORA, "mail")


def test_addresses_and_secrets_lie_sealed_and_are_nowhere_told(scene: Scene, board: Board, tmp_path: Path) -> None:
    board.ways.add_mail(ADMIN, NORA, "nora@example.org")
    secret = board.ways.add_webhook(ADMIN, OTTO, "https://hooks.example/very-private")
    scene.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = (tmp_path / "studio.sqlite").read_bytes()
    for text in ("nora@example.org", "very-private", secret):
        assert text.encode() not in kept
        assert text not in repr(board.ways.listing())
    assert repr(Message("d", "nora@example.org", b"hush", "recall", "w", "l", "t")) == "Message(d, recall)"


def test_only_an_administrator_says_where_notices_go(board: Board) -> None:
    for account in (NORA, MAYA, MODO, AGENT, RIVAL):
        for act in (
            lambda account=account: board.ways.switch(account, SITE),
            lambda account=account: board.ways.add_mail(account, account, "a@b.example"),
            lambda account=account: board.ways.add_webhook(account, account, "https://hooks.example/"),
            lambda account=account: board.ways.remove(account, account, "mail"),
        ):
            with pytest.raises(NotYours):
                act()
    for address in (
        "",
        "nora",
        "a@b\nBcc: c@d.example",
        "a b@c.example",
        "a@b..example",
        "<a@b.example>",
        "a@b.example,c@d.example",
    ):
        with pytest.raises(BadRequest):
            board.ways.add_mail(ADMIN, NORA, address)
    for site in (
        "studio.example",
        "http://studio.example",
        "https://studio.example/x",
        "https://u:p@studio.example",
        "https://a:b",
    ):
        with pytest.raises(BadRequest):
            board.ways.switch(ADMIN, site)


def test_a_link_is_signed_works_once_for_days_and_only_leads(scene: Scene, board: Board, tmp_path: Path) -> None:
    carrier = Carrier()
    board.ways.switch(ADMIN, SITE)
    board.ways.add_mail(ADMIN, NORA, "nora@example.org")
    for name in ("one", "two"):
        scene.judged(name)
        board.tell()
    sender(scene, board, carrier).send_due()
    first, second = (one.link.removeprefix(f"{SITE}/notice/") for one in carrier.got)
    assert board.links.look(first).address == board.links.look(first).address == "/me"
    assert board.links.use(first, None).address == "/me"
    delivery = carrier.got[1].delivery_id
    forged = Board(scene.database, tmp_path / "keys", lambda: "x" * 64, demo=False).links.token(delivery)
    for token in (first, second + "x", second[:-1], delivery, "", "a.b", forged):
        for act in (board.links.look, lambda token: board.links.use(token, NORA)):
            with pytest.raises(NotFound):
                act(token)
    assert board.inbox.unread(NORA) == 2
    board.links.use(second, NORA)
    assert board.inbox.unread(NORA) == 1
    scene.judged("three")
    board.tell()
    sender(scene, board, carrier).send_due()
    scene.clock.forward(days=7)
    with pytest.raises(NotFound, match="run out"):
        board.links.look(carrier.got[2].link.removeprefix(f"{SITE}/notice/"))


def test_a_link_that_somebody_else_uses_marks_nothing_read(scene: Scene, board: Board) -> None:
    carrier = Carrier()
    board.ways.switch(ADMIN, SITE)
    board.ways.add_mail(ADMIN, NORA, "nora@example.org")
    scene.judged("one")
    board.tell()
    sender(scene, board, carrier).send_due()
    board.links.use(carrier.got[0].link.removeprefix(f"{SITE}/notice/"), RIVAL)
    assert board.inbox.unread(NORA) == 1


def test_every_kind_has_words_and_a_place_and_only_such_places_are_led_to() -> None:
    for kind in SENTENCES:
        for account in (NORA, MAYA, AGENT):
            address = place(kind, "01J00000", account.role)
            assert leads(address) or address in ("/me", "/studio")
    for address in ("//evil.example", "/\\evil", "https://evil.example", "/notices/../me", "/recalls?x=//evil", "/recalls\n"):
        assert not leads(address)
