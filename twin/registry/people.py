"""Who there is in a studio: agencies, brands, people and their twins, entered by whoever keeps the machine."""

from argparse import Namespace

from twin.errors import BadValue
from twin.ports import Store
from twin.registry import registry

ACTOR = "console"
COMES_IN = "Then an account: twin-studio users add LOGIN --role {role} --of {id}"
_PEOPLE = """
SELECT p.id, p.name, p.fictional, coalesce(a.name, 'no agency') AS agency, t.id AS twin_id, t.name AS twin_name,
    (SELECT count(*) FROM standing_reference f WHERE f.twin_id = t.id) AS enrolled
FROM person p LEFT JOIN agency a ON a.id = p.agency_id LEFT JOIN twin t ON t.person_id = p.id ORDER BY p.name, p.id
"""


def people(store: Store, asked: Namespace) -> str:
    """What `people` answers: `asked.act` on names. Raises BadValue, NotFound for an unknown agency."""
    if asked.act == "list":
        return _listing(store)
    with store.write(ACTOR) as tx:
        match asked.act:
            case "agency":
                new = registry.add_agency(tx, asked.name, asked.commission)
                return f"The agency {asked.name} is entered as {new}. {COMES_IN.format(role='agency', id=new)}"
            case "brand":
                new = registry.add_brand(tx, asked.name)
                return f"The brand {asked.name} is entered as {new}. {COMES_IN.format(role='creative', id=new)}"
            case "add":
                person = registry.add_person(tx, asked.name, fictional=False, agency_id=asked.agency)
                twin = registry.add_twin(tx, person, asked.twin or asked.name)
                return (
                    f"{asked.name} is entered as {person}, her twin as {twin}. {COMES_IN.format(role='model', id=person)}"
                    f"\nNothing of hers is kept yet: she signs her consents, then: twin-studio enrol {person} FOLDER --as LOGIN"
                )
            case other:
                raise BadValue(f"Nothing is done to people that is called {other!r}.")


def _listing(store: Store) -> str:
    lines = [f"agency  {row['id']:<28} {row['name']}" for row in store.rows("SELECT id, name FROM agency ORDER BY name, id")]
    lines += [f"brand   {row['id']:<28} {row['name']}" for row in store.rows("SELECT id, name FROM brand ORDER BY name, id")]
    for row in store.rows(_PEOPLE):
        standing = f"{row['enrolled']} references" if row["enrolled"] else "not enrolled"
        twin = f"twin {row['twin_name']} ({row['twin_id']}), {standing}" if row["twin_id"] else "no twin"
        lines.append(
            f"person  {row['id']:<28} {row['name']}, {row['agency']}; {twin}{' (fictional)' if row['fictional'] else ''}"
        )
    return "\n".join(lines) or "There is nobody in this studio yet."
