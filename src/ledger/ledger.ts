import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { SynclineError } from '../core/errors.ts';
import type {
  Comparison,
  HeldRecord,
  Ledger,
  PulledTarget,
  PullOutcome,
  SentRecord,
  UnfinishedRun,
} from '../core/ledger-port.ts';
import type { Connection, SqliteDriver } from '../databases/sqlite/driver.ts';
import { ensureFolder, sqliteError } from '../databases/sqlite/errors.ts';
import { LEDGER_STEPS } from './schema-sql.ts';
import { forgetUndo, keepUndo, settleUndo, undoableRuns } from './undoable.ts';

interface PulledRow {
  readonly run: string;
  readonly pulled_at: bigint;
  readonly base_path: string;
  readonly fingerprint: string;
  readonly outcome: string;
}

interface ComparisonRow {
  readonly table_key: string;
  readonly compared_at: bigint;
  readonly inserted: bigint;
  readonly updated: bigint;
  readonly deleted: bigint;
  readonly schema_differences: string;
}

interface HeldRow {
  readonly table_key: string;
  readonly row_key: string;
  readonly kind: HeldRecord['kind'];
  readonly columns: string;
  readonly cells: string | null;
  readonly seen: string | null;
}

interface UnfinishedRow {
  readonly id: string;
  readonly operation: UnfinishedRun['operation'];
  readonly target: string;
  readonly state: 'running' | 'switching';
  readonly started_at: bigint;
  readonly stage_path: string;
  readonly outcome: string | null;
  readonly witness: string | null;
}

/** Opens the ledger, makes it when it is missing, and brings its schema up to date. Throws LEDGER_CORRUPT. */
export function openLedger(driver: SqliteDriver, path: string): Ledger {
  const folder = dirname(path);
  keepOutOfGit(path);
  const connection = driver.open(path, { mode: 'create', subject: 'ledger' });
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw sqliteError(error, 'ledger');
    }
  };
  try {
    guarded(() => {
      connection.pragma('journal_mode = WAL');
      // A prepared outcome must survive a power cut: recovery is decided by it.
      connection.pragma('synchronous = FULL');
      migrate(connection);
    });
  } catch (error) {
    connection.close();
    throw error;
  }
  const atomically = (work: () => void): void => guarded(() => connection.transaction(work).immediate());

  return {
    begin(run) {
      guarded(() =>
        connection
          .prepare(
            `INSERT INTO runs (id, operation, target, state, started_at, stage_path) VALUES (?, ?, ?, 'running', ?, ?)`,
          )
          .run(run.id, run.operation, run.target, BigInt(run.startedAt), relative(folder, run.stagePath)),
      );
    },
    prepare(outcome) {
      guarded(() =>
        connection.prepare(`UPDATE runs SET state = 'switching', outcome = ? WHERE id = ?`).run(
          JSON.stringify({
            ...outcome,
            localPath: relative(folder, outcome.localPath),
            basePath: relative(folder, outcome.basePath),
            ...(typeof outcome.undo === 'object' && outcome.undo.path !== null
              ? { undo: { ...outcome.undo, path: relative(folder, outcome.undo.path) } }
              : {}),
          }),
          outcome.run,
        ),
      );
    },
    complete(run, { finishedAt, fingerprint, report }) {
      atomically(() => {
        if (!settleUndo(connection, run, { finishedAt, fingerprint })) {
          connection
            .prepare(
              `INSERT INTO pulled (target, run, pulled_at, base_path, fingerprint, outcome)
               SELECT target, id, ?, json_extract(outcome, '$.basePath'), ?,
                 json_set(outcome, '$.report', coalesce(?, json_extract(outcome, '$.report')))
               FROM runs WHERE id = ?
               ON CONFLICT (target) DO UPDATE SET run = excluded.run, pulled_at = excluded.pulled_at,
                 base_path = excluded.base_path, fingerprint = excluded.fingerprint, outcome = excluded.outcome`,
            )
            .run(BigInt(finishedAt), fingerprint, report ?? null, run);
        }
        connection
          .prepare(`DELETE FROM comparisons WHERE target = (SELECT target FROM runs WHERE id = ?)`)
          .run(run);
        connection.prepare(`DELETE FROM held WHERE target = (SELECT target FROM runs WHERE id = ?)`).run(run);
        connection
          .prepare(
            `INSERT INTO held (target, table_key, row_key, kind, columns, cells, seen, run)
             SELECT r.target, h.value ->> 'table', h.value ->> 'key', h.value ->> 'kind', h.value -> 'columns',
               h.value ->> 'cells', h.value ->> 'seen', r.id
             FROM runs AS r, json_each(r.outcome, '$.held') AS h WHERE r.id = ?`,
          )
          .run(run);
        connection
          .prepare(`UPDATE runs SET state = 'done', finished_at = ?, outcome = NULL WHERE id = ?`)
          .run(BigInt(finishedAt), run);
        connection.prepare(`DELETE FROM sent WHERE run = ?`).run(run);
      });
    },
    witness(run, witness, sent = []) {
      atomically(() => {
        connection.prepare(`UPDATE runs SET witness = ? WHERE id = ?`).run(witness, run);
        connection.prepare(`DELETE FROM sent WHERE run = ?`).run(run);
        noteSent(connection, run, sent);
      });
    },
    applied(run, sent) {
      guarded(() => noteSent(connection, run, sent));
    },
    sent: (run) =>
      guarded(() =>
        connection
          .prepare<[string], string>(`SELECT changes FROM sent WHERE run = ? ORDER BY part`)
          .pluck()
          .all(run)
          .flatMap((changes) => JSON.parse(changes) as SentRecord[]),
      ),
    reopen(run) {
      guarded(() =>
        connection.prepare(`UPDATE runs SET state = 'running', outcome = NULL WHERE id = ?`).run(run),
      );
    },
    keepUndo(run, entry, at) {
      const path = entry.path === null ? null : relative(folder, entry.path);
      guarded(() => keepUndo(connection, run, { ...entry, path }, { at, complete: false }));
    },
    undoable: () => guarded(() => undoableRuns(connection, folder)),
    forgetUndo(run) {
      guarded(() => forgetUndo(connection, run));
    },
    end(run, state, finishedAt, error) {
      atomically(() => {
        connection
          .prepare(`UPDATE runs SET state = ?, finished_at = ?, outcome = NULL, error = ? WHERE id = ?`)
          .run(state, BigInt(finishedAt), error === undefined ? null : JSON.stringify(error), run);
        connection.prepare(`DELETE FROM sent WHERE run = ?`).run(run);
      });
    },
    unfinished: () =>
      guarded(() =>
        connection
          .prepare<[], UnfinishedRow>(
            `SELECT id, operation, target, state, started_at, stage_path, outcome, witness FROM runs
             WHERE state IN ('running', 'switching') ORDER BY rowid`,
          )
          .all()
          .map((row) => unfinishedRun(row, folder)),
      ),
    beganAfter: (run, other) =>
      guarded(
        () =>
          connection
            .prepare<[string, string], { later: bigint | null }>(
              `SELECT (SELECT rowid FROM runs WHERE id = ?) > (SELECT rowid FROM runs WHERE id = ?) AS later`,
            )
            .get(run, other)?.later === 1n,
      ),
    pulled(target) {
      const row = guarded(() =>
        connection.prepare<[string], PulledRow>(`SELECT * FROM pulled WHERE target = ?`).get(target),
      );
      return row === undefined ? undefined : pulledTarget(row, folder);
    },
    held: (target) =>
      guarded(() =>
        connection
          .prepare<[string], HeldRow>(`SELECT * FROM held WHERE target = ? ORDER BY table_key, row_key`)
          .all(target)
          .map(heldRecord),
      ),
    lastPull() {
      const row = guarded(() =>
        connection.prepare<[], PulledRow>(`SELECT * FROM pulled ORDER BY pulled_at DESC, run DESC`).get(),
      );
      return row === undefined ? undefined : pulledTarget(row, folder);
    },
    saveFingerprint(target, fingerprint) {
      guarded(() =>
        connection.prepare(`UPDATE pulled SET fingerprint = ? WHERE target = ?`).run(fingerprint, target),
      );
    },
    saveComparisons(target, comparisons) {
      atomically(() => {
        const save = connection.prepare(
          `INSERT OR REPLACE INTO comparisons
             (target, table_key, compared_at, inserted, updated, deleted, schema_differences)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
        );
        for (const { table, comparedAt, counts, schemaDifferences } of comparisons) {
          save.run(
            target,
            table,
            BigInt(comparedAt),
            BigInt(counts.inserted),
            BigInt(counts.updated),
            BigInt(counts.deleted),
            JSON.stringify(schemaDifferences),
          );
        }
      });
    },
    comparisons: (target) =>
      guarded(() =>
        connection
          .prepare<[string], ComparisonRow>(`SELECT * FROM comparisons WHERE target = ? ORDER BY table_key`)
          .all(target)
          .map(comparison),
      ),
    neededBases: () =>
      guarded(() =>
        connection
          .prepare<[], string>(
            `SELECT base_path FROM pulled
             UNION SELECT pulled ->> 'base_path' FROM undoable WHERE pulled IS NOT NULL`,
          )
          .pluck()
          .all()
          .map((base) => resolve(folder, base)),
      ),
    close: () => {
      connection.close();
    },
  };
}

function noteSent(connection: Connection, run: string, sent: readonly SentRecord[]): void {
  if (sent.length === 0) return;
  connection
    .prepare(
      `INSERT INTO sent (run, part, changes)
       SELECT ?, (SELECT coalesce(max(part), -1) + 1 FROM sent WHERE run = ?), ?`,
    )
    .run(run, run, JSON.stringify(sent));
}

/** Also where it lies in a folder that is committed, it is nobody else's. */
function keepOutOfGit(path: string): void {
  ensureFolder(path, 'ledger');
  const ignore = join(dirname(path), '.gitignore');
  try {
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
  } catch (error) {
    throw sqliteError(error, 'ledger');
  }
}

/** Under the write lock: two programs may open a new ledger at once. */
function migrate(connection: Connection): void {
  const versionNow = (): number => Number(connection.pragma('user_version', { simple: true }));
  if (versionNow() === LEDGER_STEPS.length) return;
  connection
    .transaction(() => {
      const version = versionNow();
      if (version > LEDGER_STEPS.length) {
        throw new SynclineError('LEDGER_CORRUPT', 'The ledger was written by a newer version of Syncline.');
      }
      for (const step of LEDGER_STEPS.slice(version)) connection.exec(step);
      connection.pragma(`user_version = ${LEDGER_STEPS.length}`);
    })
    .immediate();
}

function parseOutcome(text: string, folder: string): PullOutcome {
  try {
    // Written by `prepare` of this schema version; the ledger is Syncline's own file.
    const outcome = JSON.parse(text) as PullOutcome;
    return {
      ...outcome,
      localPath: resolve(folder, outcome.localPath),
      basePath: resolve(folder, outcome.basePath),
      ...(typeof outcome.undo === 'object' && outcome.undo.path !== null
        ? { undo: { ...outcome.undo, path: resolve(folder, outcome.undo.path) } }
        : {}),
    };
  } catch (cause) {
    throw new SynclineError('LEDGER_CORRUPT', "Syncline's ledger is damaged.", {}, { cause });
  }
}

function pulledTarget(row: PulledRow, folder: string): PulledTarget {
  const { maskingKey, tables, planKey, marks, tracking, report } = parseOutcome(row.outcome, folder);
  return {
    run: row.run,
    pulledAt: Number(row.pulled_at),
    basePath: resolve(folder, row.base_path),
    maskingKey,
    fingerprint: row.fingerprint,
    tables,
    ...(planKey === undefined ? {} : { planKey }),
    ...(marks === undefined ? {} : { marks }),
    ...(tracking === undefined ? {} : { tracking }),
    report,
  };
}

function unfinishedRun(row: UnfinishedRow, folder: string): UnfinishedRun {
  return {
    id: row.id,
    operation: row.operation,
    target: row.target,
    state: row.state,
    startedAt: Number(row.started_at),
    stagePath: resolve(folder, row.stage_path),
    ...(row.outcome === null ? {} : { outcome: parseOutcome(row.outcome, folder) }),
    ...(row.witness === null ? {} : { witness: row.witness }),
  };
}

function comparison(row: ComparisonRow): Comparison {
  return {
    table: row.table_key,
    comparedAt: Number(row.compared_at),
    counts: {
      inserted: Number(row.inserted),
      updated: Number(row.updated),
      deleted: Number(row.deleted),
    },
    schemaDifferences: JSON.parse(row.schema_differences) as string[],
  };
}

function heldRecord(row: HeldRow): HeldRecord {
  return {
    table: row.table_key,
    kind: row.kind,
    key: row.row_key,
    columns: JSON.parse(row.columns) as string[],
    cells: row.cells,
    seen: row.seen,
  };
}
