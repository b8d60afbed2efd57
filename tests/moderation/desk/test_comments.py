"""What is said beside an image reaches those it is meant for, and goes when the person is erased."""

from pathlib import Path

import pytest

from moderation.access.account import Account, Role
from moderation.desk.comments import LONGEST, Comments
from moderation.errors import BadRequest, NotFound, NotYours
from moderation.keys.keyring import Keyring
from moderation.keys.person_keys import PersonKeys
from tests.moderation.scene import ADMIN, AGENT, AMARA, EVERYBODY, MAYA, MODO, NORA, RIVAL, Scene

ELSEWHERE = Account("else", "else", "El Sewhere", Role.AGENCY, agency_id="nobody")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = Scene(tmp_path)
    scene.judged("one")
    return scene


@pytest.fixture
def comments(scene: Scene, tmp_path: Path) -> Comments:
    return Comments(scene.database, PersonKeys(scene.database, Keyring(tmp_path / "keys" / "persons")))


def test_she_her_agency_and_moderators_talk_and_the_brand_hears_only_what_is_said_to_it(comments: Comments) -> None:
    comments.say(AGENT, "one", "  The hair is not hers.  ")
    comments.say(NORA, "one", "I agree.")
    comments.say(MODO, "one", "Please paint it again with her own hair.", audience="brand")
    for reader in (AGENT, NORA, MODO):
        assert [one.text for one in comments.of(reader, "one")] == [
            "The hair is not hers.",
            "I agree.",
            "Please paint it again with her own hair.",
        ]
    heard = comments.of(MAYA, "one")
    assert [(one.name, one.role, one.text, one.to_brand) for one in heard] == [
        ("Mo Dorn", "moderator", "Please paint it again with her own hair.", True)
    ]


@pytest.mark.parametrize("stranger", [RIVAL, AMARA, ADMIN, ELSEWHERE], ids=lambda one: one.id)
def test_nobody_else_learns_that_the_image_exists(comments: Comments, stranger: Account) -> None:
    with pytest.raises(NotFound):
        comments.of(stranger, "one")
    with pytest.raises((NotFound, NotYours)):
        comments.say(stranger, "one", "Hello.")


def test_a_brand_says_nothing_here_and_nobody_says_nothing(scene: Scene, comments: Comments) -> None:
    with pytest.raises(NotYours):
        comments.say(MAYA, "one", "Hurry up.")
    for text in ("", "  \n ", "x" * (LONGEST + 1)):
        with pytest.raises(BadRequest):
            comments.say(AGENT, "one", text)
    assert scene.count("comment") == 0


def test_a_closed_account_says_nothing_more(scene: Scene, comments: Comments) -> None:
    with scene.database.write("test") as tx:
        tx.execute("UPDATE account SET disabled_at = ? WHERE id = 'agent'", [tx.now])
    with pytest.raises(NotYours):
        comments.say(AGENT, "one", "Hello.")


def test_at_rest_a_comment_is_sealed_and_after_an_erasure_it_is_gone(scene: Scene, comments: Comments, tmp_path: Path) -> None:
    comments.say(AGENT, "one", "Her scar was painted away.")
    assert all(b"scar" not in file.read_bytes() for file in tmp_path.rglob("studio.sqlite*"))
    with scene.database.write("test") as tx:
        tx.execute("INSERT INTO erasure VALUES ('x', 'nora', 'nora', 'hers', '', '{}', ?)", [tx.now])
    assert [comments.of(one, "one") for one in EVERYBODY if one in (AGENT, MODO)] == [(), ()]


def test_a_comment_stands_as_it_was_said(scene: Scene, comments: Comments) -> None:
    comments.say(AGENT, "one", "No.")
    for change in ("UPDATE comment SET audience = 'brand'", "DELETE FROM comment"):
        with pytest.raises(Exception, match="never changed"), scene.database.write("test") as tx:
            tx.execute(change)
