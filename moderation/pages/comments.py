"""What was said beside an image, as a list."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from moderation.desk.comments import Comment
from moderation.pages.said import comment_line


def comments_html(comments: Sequence[Comment], now: datetime) -> Markup:
    """The comments, the oldest first; nothing when there are none."""
    if not comments:
        return Markup("")
    lines = Markup("").join(comment_line(one, now) for one in comments)
    return Markup('<section class="ts-comments"><h3>Comments</h3><ol class="ts-decisions">{}</ol></section>').format(lines)
