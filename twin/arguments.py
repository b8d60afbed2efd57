"""The words of the command line; what they do is the business of `app.py`."""

import argparse
from collections.abc import Sequence

from twin.arguments_notices import add_notices

HOME = "the folder of this studio (default: TWIN_STUDIO_HOME, else the platform's folder for data)"


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """What was asked; without a command, to serve. Exits with a sentence on words that do not fit."""
    ask = argparse.ArgumentParser(prog="twin-studio", description="Images of consenting models' twins, signed off by themselves.")
    _everywhere(ask, default=None)
    commands = ask.add_subparsers(dest="command", metavar="COMMAND")
    serve = _command(commands, "serve", "open the studio in the browser (the default)")
    for parser in (ask, serve):
        unsaid = argparse.SUPPRESS if parser is serve else None
        parser.add_argument("--host", default=unsaid, help="the address to listen on (default 127.0.0.1)")
        parser.add_argument("--port", type=int, default=unsaid, help="the port to listen on (default 7860)")
        parser.add_argument(
            "--public", metavar="NAME", default=unsaid, help="the name under which browsers come over https, through a proxy"
        )
        parser.add_argument("--workers", type=_count, metavar="N", default=unsaid, help="at most N workers (default: one a GPU)")
    _add_work(commands)
    _add_paint(commands)
    examine = _command(commands, "examine", "examine an image file as if it were submitted as a twin's")
    examine.add_argument("image", help="a PNG, JPEG, WebP, AVIF, TIFF, GIF or BMP file")
    examine.add_argument("--twin", required=True, help="whose image it claims to be")
    examine.add_argument("--json", action="store_true", help="print one JSON object")
    repaint = _command(commands, "repaint", "paint an image again from its recipe, and compare")
    repaint.add_argument("image", help="the id of the image")
    _add_users(commands)
    _add_audit(commands)
    _add_backup(commands)
    _add_keys(commands)
    _add_statement(commands)
    add_notices(commands, _command)
    _add_evaluation(commands)
    _add_packs(commands)
    _add_painters(commands)
    _add_protect(commands)
    _add_enrol(commands)
    _add_people(commands)
    _add_kept(commands)
    measure = _command(commands, "measure", "measure the demo's references again and write assets/demo/templates.npz")
    measure.add_argument("--report", action="store_true", help="instead say how often the limits are right, in assets/packs")
    _command(commands, "thumbnails", "paint the picture of every named look again and write assets/looks/*.jpg")
    return ask.parse_args(arguments)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1 on")
    return int(text)


def _everywhere(parser: argparse.ArgumentParser, default: str | None = argparse.SUPPRESS) -> None:
    parser.add_argument("--home", metavar="DIR", default=default, help=HOME)
    kind = parser.add_mutually_exclusive_group()
    shown = "a demo (serve: open to other machines)"
    kind.add_argument("--demo", dest="wanted", action="store_const", const="demo", default=default, help=shown)
    kind.add_argument("--studio", dest="wanted", action="store_const", const="studio", default=default, help="a real studio")


def _command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, what: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=what, description=what.capitalize() + ".")
    _everywhere(parser)
    return parser


def _add_work(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    work = _command(commands, "work", "paint and examine, as one of the studio's own workers does")
    work.add_argument("--post", metavar="NAME", help="whose place it takes: cpu, gpu-0, gpu-1 … (default: the first there is)")
    workers = _command(commands, "workers", "what each worker of this studio does now")
    workers.add_argument("--json", action="store_true", help="print one JSON object")


def _add_paint(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    paint = _command(commands, "paint", "order images as the studio page does, and wait until they were examined")
    paint.add_argument("--twin", required=True, help="whose twin")
    paint.add_argument("--look", default="studio-classic", help="a named look, or a JSON file that holds one")
    paint.add_argument("--painter", default="atelier", metavar="NAME", help="who paints: see twin-studio painters list")
    paint.add_argument("--seed", type=int, help="the first seed (default: by chance)")
    paint.add_argument("--change", metavar="IMAGE", help="repaint a part of this image, in the look that is asked")
    paint.add_argument("--mask", metavar="FILE", help="with --change: a PNG as large as the image, white where it may change")
    paint.add_argument("--count", type=int, default=1, help="how many, with consecutive seeds")
    paint.add_argument("--as", dest="login", help="the creative who orders (in a demo: one whose brand may)")
    paint.add_argument("--out", metavar="DIR", help="copy the marked previews there")
    paint.add_argument("--json", action="store_true", help="print one JSON object")


def _add_evaluation(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    evaluate = _command(commands, "evaluate", "measure a painter, and write its card, or the blend detector")
    evaluate.add_argument("what", choices=["atelier", "blend"], help="the painter, or the detector of blended faces")
    evaluate.add_argument("--json", action="store_true", help="print one JSON object and write nothing")
    evaluate.add_argument("--limit", metavar="N", type=_count, help="only N held-out poses, to try it: nothing is written")
    evaluate.add_argument("--data", metavar="DIR", help="blend: also try it on a folder of untouched pictures of your own")
    evaluate.add_argument("--set-limits", action="store_true", help="blend: first set its limits, by pictures kept for that")
    specimens = _command(commands, "specimens", "write pictures of the cast to teach the blend detector with")
    specimens.add_argument("folder", help="where the PNG files go")
    specimens.add_argument(
        "--for", dest="purpose", choices=["teaching", "limits", "trial"], default="teaching", help="which ones"
    )


def _add_users(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    users = _command(commands, "users", "look after accounts")
    acts = users.add_subparsers(dest="act", metavar="ACT", required=True)
    _command(acts, "list", "every account")
    add = _command(acts, "add", "make an account")
    add.add_argument("login")
    add.add_argument("--role", required=True, choices=["creative", "moderator", "model", "agency", "administrator"])
    add.add_argument("--name", help="what the person is called (default: the login)")
    add.add_argument("--of", metavar="ID", help="the brand, person or agency that the account belongs to")
    for act, what in (
        ("disable", "let nobody in by an account any more"),
        ("password", "set a password"),
        ("invite", "a new link that sets a first password"),
    ):
        _command(acts, act, what).add_argument("login")
    role = _command(acts, "role", "give an account another role, or another brand or agency; never to or from a model")
    role.add_argument("login")
    role.add_argument("--role", required=True, choices=["creative", "moderator", "agency", "administrator"])
    role.add_argument("--of", metavar="ID", help="the brand or agency that it belongs to from now on")


def _add_statement(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    statement = _command(commands, "statement", "print what somebody earned in a month, or prove that a kept one is true")
    statement.add_argument("who", help="the id of the person, or of what --of names")
    statement.add_argument("month", help="like 2026-05, in UTC")
    statement.add_argument("--of", choices=["person", "agency", "author"], default="person", help="whose statement it is")
    form = statement.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="as CSV, bit for bit as the page gives it")
    form.add_argument("--check", metavar="FILE", help="draw the CSV in FILE again from the books, and compare")


def _add_keys(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    keys = _command(commands, "keys", "look after the keys with which models sign")
    acts = keys.add_subparsers(dest="act", metavar="ACT", required=True)
    _command(acts, "list", "every model's keys")
    witness = _command(acts, "witness", "be witness to a new key that a model asked for and that her old one did not sign")
    witness.add_argument("login", help="whose key it is")
    witness.add_argument("--fingerprint", required=True, metavar="F", help="what she read to you from her page")
    witness.add_argument("--as", dest="witness", required=True, metavar="LOGIN", help="the administrator or agency that saw her")
    verify = _command(commands, "verify-approval", "check a signed approval, asking no studio")
    verify.add_argument("proof", help="the JSON file of the proof")
    verify.add_argument("--fingerprint", required=True, metavar="F", help="of her key, as you or another witness noted it")
    verify.add_argument("--file", metavar="IMAGE", help="also check that this file is the image she approved")


def _add_audit(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    audit = _command(commands, "audit", "look after the audit chain")
    acts = audit.add_subparsers(dest="act", metavar="ACT", required=True)
    verify = _command(acts, "verify", "walk the whole chain and name the first row that is not what it was")
    verify.add_argument(
        "--head",
        metavar="FILE",
        action="append",
        help="a signed head that a witness kept: a file, or its line; may be said again",
    )
    _command(acts, "export", "write the signed head into a file, for a witness").add_argument("file")


def _add_backup(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    backup = _command(commands, "backup", "copy the whole studio into one archive, also while it is open")
    backup.add_argument("place", nargs="?", help="the archive, or a folder for it")
    backup.add_argument("--keys", metavar="FILE", help="write the keys, which no archive holds, into FILE under a passphrase")
    restore = _command(commands, "restore", "make a studio from a backup in a folder that is not there yet (--home)")
    restore.add_argument("archive", nargs="?", help="what backup wrote")
    restore.add_argument("--tombstones", metavar="FILE", help="the newest copy of keys/tombstones.jsonl; nothing paints without")
    restore.add_argument("--keys", metavar="FILE", help="what backup --keys wrote; nothing sealed opens without")
    restore.add_argument("--confirm", metavar="FILE", help="let a restored studio work again: the newest signed head")
    restore.add_argument("--as", dest="login", help="the administrator who confirms")


def _add_packs(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    packs = _command(commands, "packs", "look after the models that read faces and look for manipulation")
    acts = packs.add_subparsers(dest="act", metavar="ACT", required=True)
    listed = _command(acts, "list", "every pack there is, with size, licence and standing")
    listed.add_argument("--json", action="store_true", help="print one JSON object")
    _command(acts, "check", "verify every file of a pack, or of all").add_argument("name", nargs="?")
    for act, what in (
        ("pull", "fetch, verify and install a pack, after showing its size and licence"),
        ("import", "install a pack from a file or folder of this machine, by the same checks"),
        ("use", "let a pack answer from the next start on"),
    ):
        parser = _command(acts, act, what)
        parser.add_argument("name")
        if act == "import":
            parser.add_argument("place", help="the pack's one file, or a folder that holds its files and nothing else")
        parser.add_argument("--as", dest="login", help="the administrator who pins or accepts")
        parser.add_argument("--accept", metavar="TEXT", help="accept a licence that forbids commerce, in your own words")
        parser.add_argument("--pin", action="store_true", help="pin the SHA-256 of what arrives where nobody has read it")
        parser.add_argument("--yes", action="store_true", help="do not ask")


def _add_painters(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    painters = _command(commands, "painters", "look after the engines that paint, and their weights")
    painters.set_defaults(login=None, accept=None, pin=False, yes=False)
    acts = painters.add_subparsers(dest="act", metavar="ACT", required=True)
    listed = _command(acts, "list", "every painter there is, with size, licence, memory and standing")
    listed.add_argument("--json", action="store_true", help="print one JSON object")
    _command(acts, "check", "verify every file of a painter, or of all").add_argument("name", nargs="?")
    for act, what in (
        ("pull", "fetch a painter's weights from its repository, after showing their size and licence"),
        ("import", "install weights from a folder of this machine, by the same checks"),
    ):
        parser = _command(acts, act, what)
        parser.add_argument("name")
        if act == "import":
            parser.add_argument("place", help="a folder that holds the repository's files")
        parser.add_argument("--as", dest="login", help="the administrator who pins or accepts")
        parser.add_argument("--accept", metavar="TEXT", help="accept a licence that forbids commerce, in your own words")
        parser.add_argument("--pin", action="store_true", help="pin the SHA-256 of what arrives where nobody has read it")
        parser.add_argument("--yes", action="store_true", help="do not ask")


def _add_protect(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    protect = _command(commands, "protect", "look after the list of people who asked never to be painted")
    acts = protect.add_subparsers(dest="act", metavar="ACT", required=True)
    _command(acts, "list", "everybody on the list")
    add = _command(acts, "add", "put somebody on the list; photographs are read and not kept")
    add.add_argument("name")
    add.add_argument("photo", nargs="+", help="a photograph of this person alone; three of different days tell more than one")
    add.add_argument("--consent", required=True, metavar="TEXT", help="how and when the person agreed to the template, in words")
    _command(acts, "remove", "erase somebody and the key that opens what is known").add_argument("id")


def _add_enrol(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    enrol = _command(commands, "enrol", "hand in a folder of photographs to enrol somebody, under her signed consents")
    enrol.add_argument("person", help="the id of the person")
    enrol.add_argument("folder", nargs="?", help="8 to 30 photographs of this person alone; with --change any number to add")
    enrol.add_argument("--as", dest="login", required=True, metavar="LOGIN", help="the person herself, or her agency")
    enrol.add_argument("--finish", action="store_true", help="enrol her with those that fit, and destroy the rest")
    enrol.add_argument("--json", action="store_true", help="print one JSON object")
    enrol.add_argument("--change", action="store_true", help="change the photographs of somebody who is enrolled")
    out = "with --change: take this photograph out, by name or id (again for each)"
    enrol.add_argument("--take-out", dest="take_out", action="append", default=[], metavar="PHOTOGRAPH", help=out)


def _add_people(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    people = _command(commands, "people", "look after who is in a studio")
    acts = people.add_subparsers(dest="act", metavar="ACT", required=True)
    _command(acts, "list", "every agency, brand and person, with ids")
    agency = _command(acts, "agency", "enter an agency")
    agency.add_argument("name")
    agency.add_argument("--commission", type=int, default=1000, metavar="BP", help="in hundredths of a per cent (default 1000)")
    _command(acts, "brand", "enter a brand").add_argument("name")
    add = _command(acts, "add", "enter a person and her twin; she is enrolled later, under her own consents")
    add.add_argument("name")
    add.add_argument("--agency", metavar="ID", help="the agency that acts for her (default: nobody does)")
    add.add_argument("--twin", metavar="NAME", help="what her twin is called (default: her name)")


def _add_kept(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    erase = _command(commands, "erase", "erase a person who asked for it; nothing kept of her opens ever again")
    erase.add_argument("id", help="the id of the person")
    erase.add_argument("--as", dest="login", required=True, metavar="LOGIN", help="the administrator whom she asked")
    erase.add_argument("--words", required=True, metavar="TEXT", help="how and when she asked, in words")
    erase.add_argument("--yes", action="store_true", help="do not ask whether to erase")
    kept = _command(commands, "retention", "destroy what may no longer be kept; the studio does so by itself each day")
    acts = kept.add_subparsers(dest="act", metavar="ACT", required=True)
    _command(acts, "run", "look now, and leave a receipt")
    _command(acts, "list", "the last receipts")
