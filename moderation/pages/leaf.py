"""A piece of our own HTML on a Gradio page, and how quietly events run."""

from typing import Any

import gradio as gr

QUIET = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
BUSY = {"show_progress": "hidden", "api_visibility": "private"}


def leaf(elem_id: str, value: str = "", classes: str = "") -> Any:
    """A piece of our own HTML with a stable id."""
    return gr.HTML(value, elem_id=elem_id, elem_classes=["ts-leaf", *classes.split()], apply_default_css=False)
