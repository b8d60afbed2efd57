"""A face of another picture, or of the same in other light, grown into this one by its gradients, for a lesson."""

import cv2
import numpy as np
from numpy.typing import NDArray

from moderation.faces.chip import Picture, Points, similarity
from moderation.safeguards.forging import cloned
from moderation.safeguards.head import outline
from moderation.safeguards.teaching.masks import Chance, Mask, blend_mask

HARD = 0.25
"""From which share on a pixel of a mask belongs to what is grown in: gradients leave no soft edge to choose."""
MISPLACED = 0.012
"""How far the other face's points lie off those that they are laid over, in parts of the face's height."""


def grafted(picture: Picture, landmarks: Points, other: Picture, others: Points, chance: Chance) -> tuple[Picture, Mask]:
    """The picture with the other face in it by Poisson blending (Pérez et al., SIGGRAPH 2003), and the mask of that."""
    face = outline(landmarks)
    mask = (blend_mask(picture.shape[:2], face, chance) >= HARD).astype(np.float32)
    off = chance.normal(0, MISPLACED * float(np.ptp(face[:, 1])), landmarks.shape)
    placed = _placed(other, similarity(others.astype(np.float64), landmarks.astype(np.float64) + off), picture.shape[:2])
    if not mask.any():
        return picture.copy(), mask
    return cloned(placed, picture, mask), mask


def _placed(other: Picture, matrix: NDArray[np.float64], size: tuple[int, int]) -> Picture:
    height, width = size
    return np.asarray(cv2.warpAffine(other, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)
