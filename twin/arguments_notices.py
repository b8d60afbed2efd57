"""The words of the command line about notices and figures."""

import argparse
from typing import Any


def add_notices(commands: Any, command: Any) -> None:
    """Add `notices` and `insights` to the commands, each made by `command(parent, name, what)`."""
    notices = command(commands, "notices", "say where notices go outside the studio, and whether they go at all")
    acts = notices.add_subparsers(dest="act", metavar="ACT", required=True)
    command(acts, "show", "what is set, without addresses and secrets, and what waits")
    on = command(acts, "on", "send notices from now on")
    on.add_argument("--site", required=True, metavar="URL", help="where browsers reach this studio: links lead there")
    off = command(acts, "off", "send nothing more; what waits is given up")
    mail = command(acts, "mail", "hand mail in at this post office; its password is asked for")
    mail.add_argument("host")
    mail.add_argument("--port", type=int, default=465)
    mail.add_argument("--security", choices=["tls", "starttls"], default="tls", help="tls from the first byte, or starttls")
    mail.add_argument("--sender", required=True, metavar="ADDRESS", help="the address that mail comes from")
    mail.add_argument("--user", help="the login at the post office, if it wants one")
    add = command(acts, "add", "let somebody's notices go by e-mail or to a webhook too")
    way = add.add_mutually_exclusive_group(required=True)
    way.add_argument("--mail", metavar="ADDRESS")
    way.add_argument("--webhook", metavar="URL", help="https, at a public address")
    remove = command(acts, "remove", "forget somebody's address")
    remove.add_argument("--kind", required=True, choices=["mail", "webhook"])
    for parser in (add, remove):
        parser.add_argument("to", metavar="LOGIN", help="whose notices")
    insights = command(commands, "insights", "open the figures of a studio to everybody, coarse enough to tell of nobody")
    choices = insights.add_subparsers(dest="act", metavar="ACT", required=True)
    both = command(choices, "open", "let everybody read them"), command(choices, "close", "administrators and agencies alone")
    for parser in (on, off, mail, add, remove, *both):
        _by(parser)


def _by(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as", dest="login", required=True, metavar="LOGIN", help="the administrator who says so")
