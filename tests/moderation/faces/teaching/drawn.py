"""A sitter who is drawn, for lessons that need no real face."""

import numpy as np

from moderation.faces.teaching.teacher import Sitter


def drawn_sitter() -> Sitter:
    """A grey head of 100 pixels with dark eyes and mouth on a bright paper, in two shades."""
    row, column = np.mgrid[:200, :160]
    head = ((column - 80) / 40) ** 2 + ((row - 90) / 55) ** 2 < 1
    looks = []
    for tone in (120, 170):
        picture = np.full((200, 160, 3), 230, np.uint8)
        picture[head] = (tone, tone - 20, tone - 40)
        for x, y in ((62, 75), (98, 75), (80, 95), (66, 115), (94, 115)):
            picture[y - 3 : y + 4, x - 5 : x + 6] = 20
        looks.append(picture)
    points = np.array([(62, 75), (98, 75), (80, 95), (66, 115), (94, 115)], np.float32)
    return Sitter(np.stack(looks), (head * 255).astype(np.uint8), np.array([35, 50, 125, 140], np.float32), points)
