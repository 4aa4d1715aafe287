/**
 * A cell as Syncline holds it: exactly what SQLite stores, in the one canonical form of its logical type.
 * There is no second in-memory form; `values/codec.ts` maps Postgres's text to it and back, without loss.
 *
 * - `null`: SQL NULL
 * - `bigint`: INTEGER (every integer type, and boolean as 0n or 1n)
 * - `number`: REAL (floats only; NaN does not exist in SQLite and is the TEXT 'NaN')
 * - `string`: TEXT (everything that a REAL or INTEGER would corrupt: numeric, uuid, json, timestamps, ...)
 * - `Uint8Array`: BLOB
 */
export type Cell = null | bigint | number | string | Uint8Array;

/** A row in the order of its table's pulled columns. */
export type Row = readonly Cell[];

/** A value in Postgres's own text output (ISO dates, hex bytea, UTC), or null. What every adapter delivers. */
export type PostgresText = string | null;

/** A row in Postgres's text output, in the order of the columns that were asked for. */
export type PostgresTextRow = readonly PostgresText[];
