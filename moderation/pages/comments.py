"""What was said beside an image, as a list."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from moderation.comments import Comment
from moderation.pages.markup import moment


def comments_html(comments: Sequence[Comment], now: datetime) -> Markup:
    """The comments, the oldest first; nothing when there are none."""
    if not comments:
        return Markup("")
    lines = Markup("").join(
        Markup("<li><p><b>{}</b>, {}, {}{}</p><blockquote>{}</blockquote></li>").format(
            one.name, one.role, moment(one.said_at, now), ", to the brand too" if one.to_brand else "", one.text
        )
        for one in comments
    )
    return Markup('<section class="ts-comments"><h3>Comments</h3><ol class="ts-decisions">{}</ol></section>').format(lines)
