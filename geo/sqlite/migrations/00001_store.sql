-- +goose Up

-- What tells this store from others.
CREATE TABLE store (
    id TEXT NOT NULL
);

-- The log. hash is SHA-256 over the hash before and this entry.
CREATE TABLE changes (
    seq    INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL, -- microseconds since 1970, as all times here
    actor  TEXT NOT NULL,
    kind   TEXT NOT NULL,
    object TEXT NOT NULL,
    op     TEXT NOT NULL,
    body   BLOB,
    hash   BLOB NOT NULL
);

-- The last change of each layer, how many objects it has, and the next id.
CREATE TABLE layers (
    layer   TEXT PRIMARY KEY,
    seq     INTEGER NOT NULL,
    rows    INTEGER NOT NULL,
    next_id INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE schemes (
    revision INTEGER PRIMARY KEY,
    seq      INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    body     BLOB NOT NULL -- JSON
);

CREATE TABLE editions (
    id             INTEGER PRIMARY KEY,
    published_at   INTEGER NOT NULL,
    effective_from INTEGER NOT NULL,
    effective_to   INTEGER,
    actor          TEXT NOT NULL,
    note           TEXT NOT NULL
);

-- A network's state in the editions from one on, until the next state.
CREATE TABLE states (
    network TEXT NOT NULL,
    edition INTEGER NOT NULL REFERENCES editions (id),
    seq     INTEGER NOT NULL,
    hash    TEXT NOT NULL,
    chunks  BLOB NOT NULL, -- JSON array of hashes
    PRIMARY KEY (network, edition)
) WITHOUT ROWID;

-- Pieces of coverages, by the SHA-256 of their content.
CREATE TABLE chunks (
    hash TEXT NOT NULL UNIQUE,
    body BLOB NOT NULL
);

-- Grids in force from one edition until another.
CREATE TABLE grids (
    id      INTEGER NOT NULL,
    since   INTEGER NOT NULL REFERENCES editions (id),
    until   INTEGER REFERENCES editions (id),
    network TEXT NOT NULL,
    code    TEXT NOT NULL,
    body    BLOB NOT NULL, -- JSON
    PRIMARY KEY (id, since)
) WITHOUT ROWID;
CREATE UNIQUE INDEX grids_in_force ON grids (code) WHERE until IS NULL;
CREATE INDEX grids_by_code ON grids (code);
CREATE INDEX grids_of_network ON grids (network, id) WHERE until IS NULL;

-- Objects: records in their compact form, posts as JSON.
CREATE TABLE estates   (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, body BLOB NOT NULL);
CREATE TABLE buildings (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, body BLOB NOT NULL);
CREATE TABLE devices   (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, body BLOB NOT NULL);
CREATE TABLE sites     (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, body BLOB NOT NULL);
CREATE TABLE posts     (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, body BLOB NOT NULL);
CREATE TABLE base      (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, body BLOB NOT NULL);

CREATE TABLE incidents (
    id    INTEGER PRIMARY KEY,
    state TEXT NOT NULL,
    seq   INTEGER NOT NULL, -- of the change that brought the state
    body  BLOB NOT NULL     -- JSON
);
CREATE INDEX incidents_open ON incidents (id) WHERE state = 'open';

-- Idempotency keys, and what each was used for.
CREATE TABLE keys (
    key      TEXT PRIMARY KEY,
    incident INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    at       INTEGER NOT NULL
) WITHOUT ROWID;

-- +goose Down
SELECT 'forward only';
