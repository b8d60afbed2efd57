"""What the scales of the desk mean: every twin's limits here, and how often this face pack's limits were right when measured."""

from collections.abc import Callable
from pathlib import Path

from markupsafe import Markup

from moderation.access.account import Account, Role
from moderation.errors import NotFound, PackRefused
from moderation.examining.calibration import Calibration
from moderation.examining.evaluation_report import CONDITIONS, DET, Report
from moderation.examining.known import Limits
from moderation.pages.markup import day, figures
from moderation.pages.scale import short

READERS = frozenset({Role.MODERATOR, Role.ADMINISTRATOR})
"""Who judges, and who answers for the studio."""
MEANING = (
    ("The consenting person", "how far the face is from the six nearest views of her references. Up to the first limit it"
     " clears, beyond the second it is stopped, between them a person decides. The bar is where her own pictures lie when each"
     " is compared with her other references, the dark part half of them. The triangle is the nearest that any other twin's"
     " reference comes; where bar and triangle overlap, the numbers alone cannot tell, and you can."),
    ("Nobody else", "by how much nearer the face is to her than to the next twin, where what varies within a person (pose, light)"
     " counts less. Above the first limit it clears, below the second it is stopped as somebody else's."),
    ("Not a copy of a reference", "how well the lines of the head fit those of her nearest reference; 1 is the same picture."),
    ("No sign of manipulation", "how sure the blend detector is that a face was pasted in. It is a sign, never a proof."),
)  # fmt: skip


def scales_page(limits: Callable[[], Limits], reports: Path) -> Callable[[Account], Markup]:
    """The page's body for an account; raises NotFound for whoever neither judges nor administers.

    `reports` has a folder for each pack that was measured.
    """

    def page(account: Account) -> Markup:
        if account.role not in READERS:
            raise NotFound("There is nothing here.")
        meaning = Markup("").join(Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(*one) for one in MEANING)
        try:
            found = limits()
        except PackRefused as refusal:
            return Markup("<dl>{}</dl><p>{}</p>").format(meaning, refusal)
        return Markup("<dl>{}</dl>{}{}").format(meaning, _here(found), _measured(found, reports / found.pack))

    return page


def _here(found: Limits) -> Markup:
    """Every twin's limits in this studio."""
    names = sorted(found.known.calibrations, key=found.known.name)
    near = [_near(found.known.name(name), found.known.calibrations[name]) for name in names]
    apart = [_apart(found.known.name(name), found.known.calibrations[name]) for name in names]
    head = ("twin", "clears", "stopped", "her own: middle half", "her own: nearly all", "nearest other", "pairs")
    if not names:
        return Markup("<h2>The limits here</h2><p>Nobody's references were measured here yet: until then a person decides.</p>")
    when = f"Measured with {found.pack} ({found.pack_sha256[:12]}…) on {day(found.measured_at)}, from references alone."
    return Markup(
        "<h2>The limits here</h2><p>{} {}</p><h3>Distance to her references</h3>{}<h3>Margin to the next twin</h3>{}"
    ).format(when, "They are measured anew when references, pack or rules change.", figures(head, near), figures(head, apart))


def _near(name: str, one: Calibration) -> tuple[str, ...]:
    low, lower, _, upper, high = map(short, one.own)
    other = "nobody known" if one.impostor_nearest is None else short(one.impostor_nearest)
    ends = f"up to {short(one.accept)}", f"beyond {short(one.refuse)}"
    return (name, *ends, f"{lower} to {upper}", f"{low} to {high}", other, f"{one.genuine} own, {one.impostors} others")


def _apart(name: str, one: Calibration) -> tuple[str, ...]:
    if one.apart is None or one.mistaken is None or one.own_margins is None or one.impostor_margin is None:
        return (name, "nobody else is known", "", "", "", "", "")
    low, lower, _, upper, high = map(short, one.own_margins)
    ends = f"from {short(one.apart)}", f"below {short(one.mistaken)}"
    pairs = f"{one.genuine} own, {one.impostors} others"
    return (name, *ends, f"{lower} to {upper}", f"{low} to {high}", short(one.impostor_margin), pairs)


def _measured(found: Limits, folder: Path) -> Markup:
    """The report that came with this pack, if one did."""
    heading = Markup("<h2>How often they are right</h2>")
    try:
        report, plots = Report.read(folder), [(folder / name).read_text(encoding="utf-8") for name in (DET, CONDITIONS)]
    except (OSError, ValueError, KeyError, TypeError):
        return heading + Markup("<p>Nobody has measured that for this face pack: twin-studio measure --report does.</p>")
    fits = report.pack_sha256 == found.pack_sha256
    stale = "" if fits else Markup("<p><b>These figures were measured with another version of this face pack.</b></p>")
    drawn = Markup("").join(Markup("<figure>{}</figure>").format(Markup(plot)) for plot in plots)  # drawn by us, shipped with us
    tables = Markup("").join(
        _folded(one.title, figures(one.head, one.rows), opened=one is report.tables[0]) for one in report.tables
    )
    notes = Markup("").join(Markup("<p>{}</p>").format(note.replace("`", "")) for note in report.notes)
    return heading + Markup('{}<p>Measured on {}.</p>{}<div class="plots">{}</div>{}').format(
        stale, day(report.measured_at), notes, drawn, tables
    )


def _folded(title: str, table: Markup, *, opened: bool) -> Markup:
    """A table that opens: on a phone its rows are cards, and all of them at once would be endless."""
    return Markup("<details{}><summary>{}</summary>{}</details>").format(Markup(" open") if opened else "", title, table)
