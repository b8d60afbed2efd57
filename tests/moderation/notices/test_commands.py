"""The command line sets where notices go, tells a webhook's secret once, and shows neither addresses nor secrets."""

from argparse import Namespace
from pathlib import Path

import pytest

from moderation.access.accounts import Accounts
from moderation.errors import NotFound, NotYours
from moderation.notices.commands import insights, notices
from moderation.questions.answers import Questions
from tests.moderation.access.little_site import CHEAP
from tests.moderation.notices.office import board_of
from tests.moderation.scene import Scene
from twin.arguments import parse


def test_an_administrator_sets_everything_and_sees_no_secret_again(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    board, accounts = board_of(scene, tmp_path), Accounts(scene.database, CHEAP)

    def say(*words: str) -> str:
        asked: Namespace = parse(["notices", *words])
        return notices(board.ways, board.offices, board.queue, accounts, asked, lambda _: "very secret")

    assert say("show").startswith("Nothing is sent")
    say("mail", "mail.example", "--sender", "studio@example.org", "--user", "studio", "--as", "admin")
    say("add", "nora", "--mail", "nora@example.org", "--as", "admin")
    told = say("add", "maya", "--webhook", "https://hooks.example/private", "--as", "admin")
    secret = told.splitlines()[1]
    assert len(secret) >= 32
    say("on", "--site", "https://studio.example/", "--as", "admin")
    scene.judged("image")
    board.tell()
    shown = say("show")
    for line in ("links to https://studio.example.", "mail.example:465 over tls", "nora ", "webhook", "1 waiting"):
        assert line in shown
    for hidden in (secret, "nora@example.org", "private", "very secret"):
        assert hidden not in shown
    say("remove", "nora", "--kind", "mail", "--as", "admin")
    assert "1 given up" in say("show")
    say("off", "--as", "admin")
    assert say("show").startswith("Nothing is sent")
    with pytest.raises(NotYours):
        say("on", "--site", "https://studio.example", "--as", "maya")
    with pytest.raises(NotFound):
        say("add", "nobody", "--mail", "a@b.example", "--as", "admin")


def test_an_administrator_opens_the_figures_and_nobody_else(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    questions, accounts = Questions(scene.database, demo=False), Accounts(scene.database, CHEAP)
    assert not questions.may_read(None)
    with pytest.raises(NotYours):
        insights(questions, accounts, parse(["insights", "open", "--as", "agent"]))
    insights(questions, accounts, parse(["insights", "open", "--as", "admin"]))
    assert questions.may_read(None)
    insights(questions, accounts, parse(["insights", "close", "--as", "admin"]))
    assert not questions.may_read(None)
