"""Mail is handed in over TLS alone, says one sentence and one link, and its failures tell no secret."""

import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from moderation.errors import BadRequest, NotYours
from moderation.notices.mail import Mail, PostOffice
from moderation.notices.port import Message, Undelivered
from tests.moderation.notices.office import Heard, board_of, certificate, posting, serving
from tests.moderation.scene import ADMIN, NOON, NORA, Scene

MESSAGE = Message("d1", "nora@example.org", b"", "recall", "An image was recalled.", "https://studio.example/notice/x", "2026")


def office(heard: Heard) -> PostOffice:
    return PostOffice("localhost", heard.port, "tls", "studio@example.org", "studio", "very secret")


def test_a_letter_says_one_sentence_and_one_link(tmp_path: Path) -> None:
    server, client = certificate(tmp_path, "localhost")
    with serving(server, posting({})) as heard:
        Mail(office(heard), lambda: NOON, client).send(MESSAGE)
    letter = heard.seen[0].decode()
    for line in (
        "To: nora@example.org",
        "From: studio@example.org",
        "Message-ID: <d1@example.org>",
        "Auto-Submitted: auto-generated",
        "An image was recalled.",
        "https://studio.example/notice/x",
        "RCPT TO:<nora@example.org>",
    ):
        assert line.casefold() in letter.casefold()


@pytest.mark.parametrize(
    ("answers", "final"),
    [
        ({b"RCPT": b"550 nobody"}, True),
        ({b"RCPT": b"450 later"}, False),
        ({b"AUTH": b"535 wrong"}, False),
        ({b"DATA": b"554 no"}, False),
    ],
)
def test_a_failure_says_why_and_whether_to_try_again(tmp_path: Path, answers: dict[bytes, bytes], final: bool) -> None:
    server, client = certificate(tmp_path, "localhost")
    with serving(server, posting(answers)) as heard, pytest.raises(Undelivered) as refused:
        Mail(office(heard), lambda: NOON, client).send(MESSAGE)
    assert refused.value.final is final
    for secret in ("very secret", "nora@example.org"):
        assert secret not in str(refused.value)


def test_no_password_is_told_to_a_post_office_that_cannot_prove_itself(tmp_path: Path) -> None:
    server, _ = certificate(tmp_path, "localhost")
    with serving(server, posting({})) as heard, pytest.raises(Undelivered, match="cannot be used"):
        Mail(office(heard), lambda: NOON, ssl.create_default_context()).send(MESSAGE)
    assert all(b"AUTH" not in seen for seen in heard.seen)


def test_a_target_cannot_write_headers_of_its_own(tmp_path: Path) -> None:
    server, client = certificate(tmp_path, "localhost")
    with serving(server, posting({})) as heard, pytest.raises(Undelivered, match="no e-mail"):
        Mail(office(heard), lambda: NOON, client).send(replace(MESSAGE, target="a@b.example\r\nBcc: c@d.example"))
    assert heard.seen == []


def test_a_post_office_is_kept_sealed_and_set_by_an_administrator(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    board = board_of(scene, tmp_path)
    kept = PostOffice("mail.example", 465, "tls", "studio@example.org", "studio", "very secret")
    with pytest.raises(NotYours):
        board.offices.set(NORA, kept)
    board.offices.set(ADMIN, kept)
    assert board.offices.get() == kept
    scene.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"very secret" not in (tmp_path / "studio.sqlite").read_bytes()
    assert "very secret" not in repr(kept)
    for wrong in (
        {"host": ""},
        {"port": 0},
        {"security": "none"},
        {"sender": "studio"},
        {"sender": "a@b.example\nBcc: x@y.example"},
        {"login": ""},
    ):
        with pytest.raises(BadRequest):
            replace(kept, **wrong)


def test_without_a_post_office_nothing_is_sent() -> None:
    with pytest.raises(Undelivered, match="No post office"):
        Mail(None, lambda: NOON).send(MESSAGE)
