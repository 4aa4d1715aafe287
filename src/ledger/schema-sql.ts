/**
 * The ledger's schema, a step a version (`PRAGMA user_version`). A step is never changed once it was released; a new
 * one is added.
 */
export const LEDGER_STEPS: readonly string[] = [
  `
  CREATE TABLE runs (
    id          TEXT PRIMARY KEY,
    operation   TEXT NOT NULL,
    target      TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('running', 'switching', 'done', 'failed', 'cancelled', 'interrupted')),
    started_at  INTEGER NOT NULL,
    finished_at INTEGER,
    stage_path  TEXT NOT NULL,
    outcome     TEXT,
    error       TEXT
  ) STRICT;
  CREATE INDEX runs_by_state ON runs (state, started_at);

  -- What the last successful pull of each target left behind.
  CREATE TABLE pulled (
    target      TEXT PRIMARY KEY,
    run         TEXT NOT NULL REFERENCES runs (id),
    pulled_at   INTEGER NOT NULL,
    base_path   TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    outcome     TEXT NOT NULL
  ) STRICT;

  CREATE TABLE comparisons (
    target      TEXT NOT NULL,
    table_key   TEXT NOT NULL,
    compared_at INTEGER NOT NULL,
    inserted    INTEGER NOT NULL,
    updated     INTEGER NOT NULL,
    deleted     INTEGER NOT NULL,
    schema_differences TEXT NOT NULL,
    PRIMARY KEY (target, table_key)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What tells whether a push was committed, when the answer was lost.
  ALTER TABLE runs ADD COLUMN witness TEXT;

  -- Rows that both sides changed, as the last pull found them. Keys and cells are encoded and in base64.
  CREATE TABLE held (
    target    TEXT NOT NULL,
    table_key TEXT NOT NULL,
    row_key   TEXT NOT NULL,
    kind      TEXT NOT NULL,
    columns   TEXT NOT NULL,
    cells     TEXT,
    seen      TEXT,
    run       TEXT NOT NULL REFERENCES runs (id),
    PRIMARY KEY (target, table_key, row_key)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Runs that can be taken back, and what was known of their target before them.
  CREATE TABLE undoable (
    run         TEXT PRIMARY KEY REFERENCES runs (id),
    kind        TEXT NOT NULL CHECK (kind IN ('rows', 'file')),
    path        TEXT,
    rows        INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    complete    INTEGER NOT NULL,
    -- The row of \`pulled\` as JSON, or NULL where there was none; and those of \`held\`.
    pulled      TEXT,
    held        TEXT NOT NULL
  ) STRICT;
  `,
];
