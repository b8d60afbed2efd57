"""What people said about an image before: second pairs of eyes, appeals, decisions and comments, each with its author."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from moderation.desk.comments import Comment
from moderation.desk.insight import Story
from moderation.desk.moves import Row
from moderation.desk.second import LEANINGS
from moderation.pages.markup import moment
from moderation.pages.story import decision_line

HEARD_BY = {
    "desk": "to moderators only",
    "maker": "to its maker too",
    "hers": "to her and her agency",
    "brand": "to the brand too",
}
"""Who reads a comment, in words."""


def asked_by(story: Story, now: datetime) -> Markup:
    """Why somebody wants a closer look: the first moderator's own view, or the maker's appeal; it stands above all else."""
    standing = [row for row in story.escalations if row["stands"]]
    told = [
        Markup("<b>{} {}</b> and asks for your eyes, {}: “{}”").format(
            row["by_name"], LEANINGS[row["leaning"]], moment(row["raised_at"], now), row["note"]
        )
        for row in standing
    ]
    appeal = next((row["note"] for row in reversed(story.decisions) if row["kind"] == "appeal"), "")
    if appeal:
        told.append(Markup("A second look was asked for: “{}”").format(appeal))
    return Markup("").join(Markup('<p class="ts-note" data-kind="wait">{}</p>').format(one) for one in told)


def said_before(story: Story, comments: Sequence[Comment], now: datetime) -> Markup:
    """Everything that was decided and said, oldest first; nothing when nobody spoke."""
    lines = [(row["decided_at"], decision_line(row, story.card.twin_name, now)) for row in story.decisions]
    lines += [(row["raised_at"], _escalation(row, now)) for row in story.escalations]
    lines += [(one.said_at, comment_line(one, now)) for one in comments]
    if not lines:
        return Markup("")
    told = Markup("").join(line for _, line in sorted(lines, key=lambda pair: pair[0]))
    return Markup('<h3>What was said before</h3><ol class="ts-decisions">{}</ol>').format(told)


def comment_line(comment: Comment, now: datetime) -> Markup:
    """One comment as an item of a list."""
    return Markup("<li><p>{} said {}, {}</p><blockquote>{}</blockquote></li>").format(
        comment.name, HEARD_BY[comment.audience], moment(comment.said_at, now), comment.text
    )


def _escalation(row: Row, now: datetime) -> Markup:
    return Markup("<li><p>{} {} and left it to another, {}</p><blockquote>{}</blockquote></li>").format(
        row["by_name"], LEANINGS[row["leaning"]], moment(row["raised_at"], now), row["note"]
    )
