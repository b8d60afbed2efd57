"""What an agency writes for its people: drafts of consents, licences at its rate card, and the versions of that card."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from twin.consents import form as draft_form
from twin.consents.consent import Consent, Medium, PayBasis, Topic
from twin.consents.drafts import PAINTING, Drafts, lay_before_her
from twin.consents.form import Fields
from twin.consents.own_consent import Apart, OwnConsent
from twin.consents.text import text_of_consent, text_of_own
from twin.errors import NotFound
from twin.form_reading import FormRefused, Reading, Told
from twin.licences import card_form
from twin.licences import form as licence_form
from twin.licences.licensing import CardSeen, objections
from twin.licences.offer import Offer, offer_of
from twin.licences.shares import agree_share
from twin.ports import Row, Store, Transaction
from twin.registry import registry
from twin.registry.written import read_consent, read_own_consent

KINDS = (PAINTING, *(kind.value for kind in Apart))
CHOICES: Mapping[str, Sequence[str]] = {
    "media": [medium.value for medium in Medium],
    "topics": [topic.value for topic in Topic],
    "bases": [basis.value for basis in PayBasis],
    "use_rows": [str(number) for number in range(draft_form.USE_ROWS)],
    "territory_rows": [str(number) for number in range(card_form.TERRITORY_ROWS)],
    "term_rows": [str(number) for number in range(card_form.TERM_ROWS)],
}
"""What the forms offer to choose from."""
_PERSON = """
SELECT p.id, p.name, t.id AS twin_id FROM person p LEFT JOIN twin t ON t.id = (
    SELECT id FROM twin WHERE person_id = p.id ORDER BY created_at, id LIMIT 1)
WHERE p.agency_id = :agency_id AND NOT EXISTS (SELECT 1 FROM erasure x WHERE x.person_id = p.id)
"""


class Agent(Protocol):
    """Who writes: an account as it is at this moment."""

    @property
    def id(self) -> str: ...
    @property
    def person_id(self) -> str | None: ...
    @property
    def agency_id(self) -> str | None: ...


@dataclass(frozen=True)
class Form:
    """A form to fill in: whom it is about, its fields as they stand, and a complaint by field.

    `text` is what she would read, `offer` the price, once there is one; `choices` beyond `CHOICES` are (value, words).
    """

    kind: str
    person_id: str
    person_name: str
    version: int
    fields: Fields
    complaints: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    offer: Offer | None = None
    brands: tuple[tuple[str, str], ...] = ()
    people: tuple[tuple[str, str], ...] = ()

    def value(self, name: str) -> str:
        """What stands in a field."""
        return (self.fields.get(name) or [""])[-1]

    def chosen(self, name: str, value: str) -> bool:
        """Whether this value is among those chosen under a name."""
        return value in self.fields.get(name, ())


class Bureau:
    """Every function acts for an account of an agency and raises NotFound for people who are not that agency's."""

    choices = CHOICES

    def __init__(self, store: Store, drafts: Drafts) -> None:
        self._store = store
        self._drafts = drafts

    def draft_form(self, agent: Agent, person_id: str, kind: str) -> Form:
        """An empty form for the next version of a consent of this kind, carried on from the last."""
        with self._store.read(agent.id) as tx:
            person, version, last = _standing(tx, agent, person_id, kind)
            return Form(kind, person_id, person["name"], version, draft_form.first_fields(last, kind, tx.at))

    def preview(self, agent: Agent, person_id: str, kind: str, told: Told) -> Form:
        """The form as filled in, with its complaints, or with the text that she would read."""
        with self._store.read(agent.id) as tx:
            person, version, _ = _standing(tx, agent, person_id, kind)
            form = Form(kind, person_id, person["name"], version, _kept(told))
            return _tried(form, lambda: {"text": _text(_terms(tx, agent, person_id, kind, told))})

    def send(self, agent: Agent, person_id: str, kind: str, told: Told) -> str:
        """Lay the text before her; the draft's id. Raises FormRefused, BadValue."""
        with self._store.write(agent.id) as tx:
            return lay_before_her(tx, agent, _terms(tx, agent, person_id, kind, told))

    def withdraw(self, agent: Agent, draft_id: str) -> None:
        """Take back a draft that nobody signed."""
        self._drafts.withdraw(agent, draft_id)

    def licence_form(self, agent: Agent, consent_id: str) -> Form:
        """An empty form for a licence under a consent."""
        with self._store.read(agent.id) as tx:
            return _licence_form(tx, agent, consent_id, None)

    def price(self, agent: Agent, consent_id: str, told: Told) -> Form:
        """The form as filled in, with its complaints, or with the price and whatever stands against the licence."""
        with self._store.read(agent.id) as tx:
            form = _licence_form(tx, agent, consent_id, told)
            return _tried(form, lambda: {"offer": _offer(tx, agent, consent_id, told)})

    def write(self, agent: Agent, consent_id: str, told: Told) -> str:
        """Write the licence and agree the share of the people behind the look with it, both or neither; its id.

        Raises FormRefused, and what `write_licence` and `agree_share` raise.
        """
        proposal, share_bp = licence_form.read_proposal(Reading(told), consent_id)
        with self._store.write(agent.id) as tx:
            _own_consent(tx, agent, consent_id)
            new = registry.write_licence(tx, agent, proposal)
            agree_share(tx, new, share_bp)
            return new

    def cards(self, agent: Agent) -> tuple[CardSeen, ...]:
        """Every version of the agency's rate card, the newest first."""
        with self._store.read(agent.id) as tx:
            return registry.rate_cards(tx, _agency(agent))

    def card_form(self, agent: Agent, told: Told | None = None) -> Form:
        """The form of the next version: the newest card's, or what was filled in with its complaints."""
        with self._store.read(agent.id) as tx:
            seen = registry.rate_cards(tx, _agency(agent))
            people = tuple((row["id"], row["name"]) for row in _people(tx, agent))
            fields = card_form.fields_of(seen[0].card if seen else card_form.EMPTY) if told is None else _kept(told)
            form = Form("card", "", "", seen[0].version + 1 if seen else 1, fields, people=people)
            return form if told is None else _tried(form, lambda: _read_card(people, told))

    def add_card(self, agent: Agent, told: Told) -> str:
        """Enter the next version; its id. Raises FormRefused."""
        with self._store.write(agent.id) as tx:
            people = [row["id"] for row in _people(tx, agent)]
            card = card_form.read_card(Reading(told), people)
            return registry.add_rate_card(tx, _agency(agent), agent.id, card)


def _read_card(people: Sequence[tuple[str, str]], told: Told) -> dict[str, object]:
    card_form.read_card(Reading(told), [person_id for person_id, _ in people])
    return {}


def _tried(form: Form, more: Callable[[], Mapping[str, object]]) -> Form:
    """The form with what `more` finds, or with its complaints."""
    try:
        return Form(**{**form.__dict__, **more()})
    except FormRefused as refusal:
        return Form(**{**form.__dict__, "complaints": refusal.complaints})


def _kept(told: Told) -> Fields:
    return {name: list(values) for name, values in told.items()}


def _agency(agent: Agent) -> str:
    if not agent.agency_id:
        raise NotFound("There is nothing here.")
    return agent.agency_id


def _people(tx: Transaction, agent: Agent) -> list[Row]:
    return tx.execute(_PERSON + "ORDER BY p.name, p.id", {"agency_id": _agency(agent)})


def _standing(tx: Transaction, agent: Agent, person_id: str, kind: str) -> tuple[Row, int, Consent | OwnConsent | None]:
    """The person, the version that she would sign next, and the last one."""
    rows = tx.execute(_PERSON + "AND p.id = :person_id", {"agency_id": _agency(agent), "person_id": person_id})
    if not rows or kind not in KINDS or (kind == PAINTING and rows[0]["twin_id"] is None):
        raise NotFound("There is no such person.")
    whose = rows[0]["twin_id"] if kind == PAINTING else person_id
    table, column = ("consent", "twin_id") if kind == PAINTING else (f"{Apart(kind).value}_consent", "person_id")
    last = tx.execute(f"SELECT * FROM {table} WHERE {column} = ? ORDER BY version DESC LIMIT 1", [whose])
    read = (read_consent if kind == PAINTING else lambda row: read_own_consent(Apart(kind), row)) if last else None
    return rows[0], registry.next_version(tx, kind, whose), read(last[0]) if read else None


def _terms(tx: Transaction, agent: Agent, person_id: str, kind: str, told: Told) -> Consent | OwnConsent:
    person, version, _ = _standing(tx, agent, person_id, kind)
    whose = person["twin_id"] if kind == PAINTING else person_id
    return draft_form.read_terms(Reading(told), kind, whose, version, tx.at)


def _text(terms: Consent | OwnConsent) -> str:
    return text_of_consent(terms) if isinstance(terms, Consent) else text_of_own(terms)


def _own_consent(tx: Transaction, agent: Agent, consent_id: str) -> Row:
    rows = tx.execute(
        f"SELECT c.*, q.id AS person_id, q.name AS person_name FROM consent c JOIN twin t ON t.id = c.twin_id"
        f" JOIN ({_PERSON}) q ON q.id = t.person_id WHERE c.id = :consent_id",
        {"agency_id": _agency(agent), "consent_id": consent_id},
    )
    if not rows:
        raise NotFound("There is no such consent.")
    return rows[0]


def _licence_form(tx: Transaction, agent: Agent, consent_id: str, told: Told | None) -> Form:
    row = _own_consent(tx, agent, consent_id)
    fields = licence_form.first_fields(read_consent(row), tx.at) if told is None else _kept(told)
    brands = tuple((one["id"], one["name"]) for one in tx.execute("SELECT id, name FROM brand ORDER BY name, id"))
    return Form("licence", row["person_id"], row["person_name"], row["version"], fields, brands=brands)


def _offer(tx: Transaction, agent: Agent, consent_id: str, told: Told) -> Offer:
    reading = Reading(told)
    proposal, share_bp = licence_form.read_proposal(reading, consent_id)
    quoted = reading.built(lambda: registry.quote(tx, agent, proposal))
    return offer_of(quoted, share_bp, objections(tx, quoted.licence, consent_id))
