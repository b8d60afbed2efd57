"""What the person's page says about her key, and the boxes in which she makes it, brings it, or gives her password instead."""

from datetime import datetime

from markupsafe import Markup

from moderation.keys.her_keys import KeyStanding
from moderation.pages.markup import day, facts, moment, note

HER_HEAD = '<script src="/assets/theme/her_key.js" defer></script>'
"""For the page's head: the script that keeps her key and signs."""
ORIGINS = {
    "first": "your first, made from your own account after your password",
    "endorsed": "signed for by the key before it",
    "witnessed": "vouched for by a witness, since the key before it did not sign",
    "demo": "made in a demo, where nobody proves who she is",
}
DEMO = "In this demo anybody can be {name}: a signature shows only that some visitor’s browser signed, not who."


def signs(act: str) -> str:
    """The script that puts her word for an act in the last place of what an event carries."""
    return f"(...given) => window.herKey.signed({act!r}, given)"


def key_words(standing: KeyStanding, name: str, now: datetime) -> Markup:
    """Her fingerprint, since when it is hers, and what it is good for."""
    demo = note(DEMO.format(name=name)) if standing.open else Markup("")
    if standing.waiting:
        waits = Markup(
            '<p class="ts-note" data-kind="stop">A new key waits for a witness. Read these numbers to your agency or an'
            " administrator, who then lets it in.</p>{}"
        ).format(fingerprint(standing.waiting))
    else:
        waits = Markup("")
    key = standing.key
    if key is None:
        lead = "You have no key yet. With a key in your own browser your yes counts, and nobody at the studio can say it for you."
        return demo + note(lead) + waits
    told = facts([("Yours since", moment(key.made_at, now)), ("It is", ORIGINS[key.origin])])
    keep = (
        f"Keep these numbers where the studio cannot change them, as on the consent you signed. Since {day(key.made_at)} whoever"
        " has them can check any approval of yours without asking the studio."
    )
    return demo + waits + fingerprint(key.fingerprint) + told + note(keep)


def fingerprint(hexadecimal: str) -> Markup:
    """A fingerprint in groups that can be read aloud."""
    groups = " ".join(hexadecimal[at : at + 4] for at in range(0, len(hexadecimal), 4))
    return Markup('<p class="ts-fingerprint" aria-label="Fingerprint of your key">{}</p>').format(groups)


SAID = '<p class="ts-note" data-kind="stop" data-key-said role="alert"></p>'
"""Where the page's script says why it did not sign."""

# Which of these is shown is told by the page's script, which alone knows what this browser holds.
KEY_NOTE = f"""<div class="ts-key-note">
<p class="ts-note" data-key-when="demo">In this demo anybody can be her: a signature shows only that some browser signed.</p>
<p class="ts-note" data-key-when="none">Your yes needs a key, and you have none yet.
<button type="button" class="ts-inline" data-key-open="key-make">Make it now</button></p>
<p class="ts-note" data-key-when="elsewhere">This browser does not hold your key: here you can say no, but not yes.
<button type="button" class="ts-inline" data-key-open="key-bring">Bring your key</button></p>
{SAID}</div>"""

KEY_ACTS = """<div class="ts-key-acts">
<p class="ts-line" data-key-when="here">This browser holds your key.</p>
<p class="ts-line" data-key-when="elsewhere">This browser does not hold your key.</p>
<p><button type="button" data-key-open="key-make" data-key-when="none">Make a key in this browser</button>
<button type="button" data-key-open="key-bring" data-key-when="elsewhere">Bring it from a file</button>
<button type="button" data-key-open="key-make" data-key-when="here elsewhere">Make a new key …</button></p></div>"""

_CANCEL = '<button value="cancel" formnovalidate>Cancel</button>'
_ALERT = '<p class="ts-note" data-kind="stop" role="alert"></p>'
_PASSWORD = (
    '<label>Your password<input type="password" name="password" autocomplete="current-password" maxlength="256" required></label>'
)
KEY_BOXES = f"""<dialog id="key-make" class="ts-box" aria-labelledby="key-make-title"><form method="dialog">
<h2 id="key-make-title">Make your key in this browser</h2>
<p>It stays here and cannot be read out, not even by you. If a key of yours is in this browser already, it signs for the new one;
otherwise your agency or an administrator has to vouch for it.</p>
<div data-key-when="studio">{_PASSWORD}</div>
<fieldset><legend>A copy for a second device (you need not)</legend>
<p class="ts-quiet">This is the only moment at which it can be copied. Nobody can open the file without this passphrase.</p>
<label>Passphrase<input type="password" name="passphrase" autocomplete="new-password" maxlength="256"></label>
<label>Again<input type="password" name="again" autocomplete="new-password" maxlength="256"></label></fieldset>{_ALERT}
<p class="ts-box-bar"><button class="ts-first">Make it</button> {_CANCEL}</p></form></dialog>
<dialog id="key-bring" class="ts-box" aria-labelledby="key-bring-title"><form method="dialog">
<h2 id="key-bring-title">Bring your key to this browser</h2>
<p>Choose the file you saved when you made the key. It is opened here and sent nowhere.</p>
<label>File<input type="file" name="file" accept="application/json,.json" required></label>
<label>Its passphrase<input type="password" name="passphrase" autocomplete="off" maxlength="256" required></label>{_ALERT}
<p class="ts-box-bar"><button class="ts-first">Bring it</button> {_CANCEL}</p></form></dialog>
<dialog id="key-password" class="ts-box" aria-labelledby="key-password-title"><form method="dialog">
<h2 id="key-password-title">Your password, since this browser has no key</h2>
<p>What you do now counts, but nobody can prove later that it was you: the studio’s records will say that it was not signed.</p>
{_PASSWORD}{_ALERT}
<p class="ts-box-bar"><button class="ts-first">Go on</button> {_CANCEL}</p></form></dialog>"""
