"""The tables of money: batches that sum to zero by the database's own triggers, and their lines.

A batch is one row that carries its lines as JSON. It is refused unless they sum to zero, writes them out as rows of
`ledger_line` itself, and never changes; a line is refused unless it is the one that its batch carries. None of this rests on a
pragma of the connection that writes.
"""

from moderation.database import append_only

_TABLES = """
CREATE TABLE ledger_batch (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('release', 'refund', 'payout')),
    release_id TEXT REFERENCES release(id), buyout_of TEXT REFERENCES licence(id), payer_id TEXT, reference TEXT,
    currency TEXT NOT NULL CHECK (length(currency) = 3), lines TEXT NOT NULL CHECK (json_valid(lines)),
    inputs TEXT NOT NULL CHECK (json_valid(inputs)), audit_seq INTEGER NOT NULL, posted_at TEXT NOT NULL,
    CHECK ((kind = 'payout') = (release_id IS NULL)), CHECK (buyout_of IS NULL OR kind = 'release'),
    CHECK ((kind = 'payout') = (reference IS NOT NULL)), CHECK ((kind = 'payout') = (payer_id IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX ledger_batch_one_each ON ledger_batch (release_id, kind) WHERE release_id IS NOT NULL;
CREATE UNIQUE INDEX ledger_batch_one_buyout ON ledger_batch (buyout_of) WHERE buyout_of IS NOT NULL;
CREATE UNIQUE INDEX ledger_batch_one_reference ON ledger_batch (payer_id, reference) WHERE reference IS NOT NULL;
CREATE TABLE ledger_line (
    id TEXT PRIMARY KEY, batch_id TEXT NOT NULL REFERENCES ledger_batch(id), release_id TEXT REFERENCES release(id),
    position INTEGER NOT NULL, party TEXT NOT NULL CHECK (party IN ('brand', 'agency', 'person', 'author', 'payer')),
    party_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('creation_fee', 'usage_fee', 'commission', 'creative_share', 'refund', 'payout')),
    amount_minor INTEGER NOT NULL CHECK (amount_minor <> 0), currency TEXT NOT NULL,
    inputs TEXT NOT NULL CHECK (json_valid(inputs)), posted_at TEXT NOT NULL, UNIQUE (batch_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_line_by_party ON ledger_line (party, party_id, posted_at);
CREATE INDEX ledger_line_by_release ON ledger_line (release_id);
"""

_TRIGGERS = """
CREATE TRIGGER ledger_batch_balances BEFORE INSERT ON ledger_batch
BEGIN
    SELECT RAISE(ABORT, 'a batch is posted once') WHERE EXISTS (SELECT 1 FROM ledger_batch b WHERE b.id = NEW.id
        OR (b.release_id = NEW.release_id AND b.kind = NEW.kind) OR b.buyout_of = NEW.buyout_of
        OR (b.payer_id = NEW.payer_id AND b.reference = NEW.reference));
    SELECT RAISE(ABORT, 'a batch is a list of lines') WHERE json_type(NEW.lines) IS NOT 'array' OR EXISTS (
        SELECT 1 FROM json_each(NEW.lines) j WHERE json_type(j.value, '$.amount_minor') IS NOT 'integer');
    SELECT RAISE(ABORT, 'the lines of a batch sum to zero')
    WHERE (SELECT coalesce(sum(json_extract(j.value, '$.amount_minor')), 0) FROM json_each(NEW.lines) j) <> 0;
END;
CREATE TRIGGER ledger_batch_writes AFTER INSERT ON ledger_batch
BEGIN
    INSERT INTO ledger_line (id, batch_id, release_id, position, party, party_id, kind, amount_minor, currency, inputs, posted_at)
    SELECT NEW.id || '.' || j.key, NEW.id, NEW.release_id, j.key, json_extract(j.value, '$.party'),
        json_extract(j.value, '$.party_id'), json_extract(j.value, '$.kind'), json_extract(j.value, '$.amount_minor'),
        NEW.currency, NEW.inputs, NEW.posted_at FROM json_each(NEW.lines) j;
    SELECT RAISE(ABORT, 'a payout is never more than what is owed') WHERE NEW.kind = 'payout' AND EXISTS (
        SELECT 1 FROM ledger_line paid WHERE paid.batch_id = NEW.id AND paid.amount_minor < 0
        AND (SELECT sum(n.amount_minor) FROM ledger_line n WHERE n.party = paid.party AND n.party_id = paid.party_id
            AND n.currency = NEW.currency) < 0);
END;
CREATE TRIGGER ledger_line_stands_in_its_batch BEFORE INSERT ON ledger_line
BEGIN
    SELECT RAISE(ABORT, 'a line is the one that its batch carries, once')
    WHERE EXISTS (SELECT 1 FROM ledger_line n WHERE n.id = NEW.id OR (n.batch_id = NEW.batch_id AND n.position = NEW.position))
    OR NOT EXISTS (SELECT 1 FROM ledger_batch b, json_each(b.lines) j WHERE b.id = NEW.batch_id AND j.key = NEW.position
        AND NEW.id = b.id || '.' || j.key AND NEW.release_id IS b.release_id AND NEW.currency = b.currency
        AND NEW.inputs = b.inputs AND NEW.posted_at = b.posted_at AND NEW.party IS json_extract(j.value, '$.party')
        AND NEW.party_id IS json_extract(j.value, '$.party_id') AND NEW.kind IS json_extract(j.value, '$.kind')
        AND NEW.amount_minor IS json_extract(j.value, '$.amount_minor'));
END;
CREATE TRIGGER download_grant_is_paid BEFORE INSERT ON download_grant
WHEN NOT EXISTS (SELECT 1 FROM ledger_batch b WHERE b.release_id = NEW.release_id AND b.kind = 'release')
BEGIN SELECT RAISE(ABORT, 'a release is in the books before its file leaves'); END;
"""

_KEPT = """
INSERT INTO ledger_batch (id, kind, release_id, currency, lines, inputs, audit_seq, posted_at)
SELECT e.id, 'release', e.id, d.currency,
    (SELECT json_group_array(json_object('party', o.party, 'party_id', o.party_id, 'kind', o.kind,
        'amount_minor', o.amount_minor) ORDER BY o.position) FROM ledger_line_before o WHERE o.release_id = e.id),
    coalesce((SELECT o.inputs FROM ledger_line_before o WHERE o.release_id = e.id ORDER BY o.position LIMIT 1),
        json_object('agency_id', NULL, 'brand_id', r.brand_id, 'commission_bp', 0, 'currency', d.currency,
            'decision_id', d.id, 'fee_minor', 0, 'licence_id', d.licence_id, 'payment_days', l.payment_days,
            'person_id', t.person_id, 'render_id', r.id)),
    coalesce((SELECT min(u.seq) FROM audit u WHERE u.event = 'render.released' AND u.subject = e.render_id), 0), e.released_at
FROM release e JOIN decision d ON d.id = e.decision_id JOIN render r ON r.id = e.render_id
JOIN licence l ON l.id = r.licence_id JOIN twin t ON t.id = r.twin_id ORDER BY e.id;
DROP TABLE ledger_line_before;
"""

PAY = (
    "ALTER TABLE ledger_line RENAME TO ledger_line_before;"
    + _TABLES
    + _TRIGGERS
    + _KEPT
    + append_only("ledger_batch", "ledger_line")
)
"""Money in batches; the lines that were there before become the batches of their releases, amount for amount."""
