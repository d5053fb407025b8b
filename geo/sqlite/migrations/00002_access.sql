-- +goose Up

-- Who may come in. Of a secret only its SHA-256 is kept.
CREATE TABLE credentials (
    id       TEXT PRIMARY KEY,
    kind     TEXT NOT NULL,    -- key, session
    of       TEXT NOT NULL,    -- of a session: its key, or who the token said it was
    name     TEXT NOT NULL,
    role     TEXT NOT NULL,
    scope    TEXT NOT NULL,    -- JSON
    rate     REAL NOT NULL,    -- requests a second; 0: as the role has
    created  INTEGER NOT NULL,
    expires  INTEGER,          -- NULL: never
    revoked  INTEGER,          -- NULL: not
    hash     BLOB NOT NULL UNIQUE,
    revision INTEGER NOT NULL  -- of the whole table, when this row was last written
) STRICT, WITHOUT ROWID;
CREATE INDEX credentials_revision ON credentials (revision);
CREATE INDEX credentials_of ON credentials (of) WHERE kind = 'session';

-- What the programs of a deployment know and nobody else.
CREATE TABLE secrets (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who did what. hash is SHA-256 over the hash before and this entry. SQLite
-- remembers the last number of an AUTOINCREMENT, so that an end that was cut off
-- is missed.
CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at     INTEGER NOT NULL,
    actor  TEXT NOT NULL,
    role   TEXT NOT NULL,
    do     TEXT NOT NULL,
    object TEXT NOT NULL,
    seq    INTEGER NOT NULL, -- of the change that it made; 0: none
    detail TEXT NOT NULL,    -- JSON; empty: none
    hash   BLOB NOT NULL
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is appended to, never changed'); END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is appended to, never cut'); END;
-- +goose StatementEnd

-- INSERT OR REPLACE deletes without asking a trigger.
-- +goose StatementBegin
CREATE TRIGGER audit_has_no_gap BEFORE INSERT ON audit
WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM audit)
BEGIN SELECT RAISE(ABORT, 'the audit is appended to, one by one'); END;
-- +goose StatementEnd

-- +goose Down
SELECT 'forward only';
