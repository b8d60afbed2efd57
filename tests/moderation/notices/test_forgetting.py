"""Notices go some time after they were read, or at last unread; what they told stays where it happened."""

from datetime import datetime, timedelta
from pathlib import Path

from moderation.notices.forgetting import AFTER_READING, UNREAD
from moderation.rights.retention import Retention
from tests.moderation.notices.office import SITE, board_of
from tests.moderation.scene import ADMIN, MAYA, NORA, Scene

MOMENT = timedelta(microseconds=1)


def test_a_notice_is_kept_to_its_last_moment_and_then_it_and_its_sending_are_gone(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    board, retention = board_of(scene, tmp_path), Retention(scene.database, scene.vault)
    board.ways.switch(ADMIN, SITE)
    for account in (NORA, MAYA):
        board.ways.add_mail(ADMIN, account, "somebody@example.org")
    scene.approved("image")
    board.tell()
    assert (scene.count("notice"), scene.count("delivery")) == (2, 2), "one that waits for her, one for its maker"
    board.ways.remove(ADMIN, MAYA, "mail")
    scene.clock.forward(days=1)
    board.inbox.mark(MAYA, None, read=True)
    read = scene.clock.at

    def kept_at(moment: datetime) -> list[str]:
        scene.clock.at = moment
        before = scene.count("notice")
        assert retention.run().facts["notices"] == before - scene.count("notice")
        assert scene.count("delivery") == scene.count("notice")
        board.tell()
        return [row["account_id"] for row in scene.database.rows("SELECT account_id FROM notice ORDER BY account_id")]

    made = read - timedelta(days=1)
    assert kept_at(read + AFTER_READING - MOMENT) == [MAYA.id, NORA.id]
    assert scene.count("notice_way") == 2
    assert kept_at(read + AFTER_READING) == [NORA.id]
    assert scene.count("notice_way") == 1, "a way that ended goes with the last that was sent by it"
    assert kept_at(made + UNREAD - MOMENT) == [NORA.id]
    assert kept_at(made + UNREAD) == []
    assert scene.state("image") == "approved"
