/** What a push keeps of production so that it can be undone. */
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { PulledTableRecord } from '../core/ledger-port.ts';
import { PLAIN, sealFor } from '../core/masking/seal.ts';
import type { PushOperation, TextByColumn } from '../core/push-ports.ts';
import type { RowKey } from '../core/rows/change.ts';
import { keyColumnsOf } from '../core/rows/row-change.ts';
import type { LocalTable } from '../core/schema/local-schema.ts';
import type { TableKey } from '../core/schema/model.ts';
import type { UndoRecorder } from '../core/undo-port.ts';
import { codecFor } from '../core/values/codec.ts';
import { finishUndo } from './keep-undo.ts';
import type { PushRun } from './push.ts';
import { undoPath } from './state-files.ts';
import { rowName } from './undo-run.ts';

/** One operation of a push, with what it takes to turn it back. Values are production's own text. */
export interface PushedOperation {
  /** What the push did. */
  readonly op: PushOperation['op'];
  readonly table: TableKey;
  readonly key: Readonly<Record<string, string>>;
  /** What it overwrote, or the whole row that it deleted. */
  readonly before: TextByColumn;
  /** What it wrote. */
  readonly after: TextByColumn;
}

export interface PushInverse {
  readonly recorder: UndoRecorder;
  /** To be called with operations before they are sent. */
  record(operations: readonly (readonly [PulledTableRecord, PushOperation])[]): Promise<void>;
  /** Durable when it returns; to be called before the commit is sent. */
  keep(): void;
  /** Row by row: of what was recorded, production has only the operations in these places. */
  keepOnly(places: readonly number[]): void;
  /** Production has nothing of the push. */
  drop(): void;
  close(): void;
}

/**
 * Keeps the inverse of a push. Production's own values are personal data where columns are masked: the file is sealed
 * with the masking key, whole. After a raw pull the local database holds them anyway.
 */
export function keepPushInverse(run: PushRun): PushInverse {
  const { local, ledger, paths, id, maskingKey, writer, clock } = run;
  const seal = maskingKey === undefined ? PLAIN : sealFor(maskingKey, id, randomBytes);
  const recorder = local.createUndoLog(undoPath(paths, id), seal);
  let isKept = false;
  const keep = (): void => {
    const entry = finishUndo(recorder);
    if (entry !== 'nothing-changed') ledger.keepUndo(id, entry, clock());
    isKept = true;
  };
  return {
    recorder,
    async record(operations) {
      const rows = await deletedRows(run, operations);
      for (const [record, operation] of operations) {
        recorder.operation(encodePushed(pushed(record, operation, rows)));
      }
      // Row by row, nothing waits for a commit: each is kept before it is sent.
      if (writer.guarantee === 'row-by-row') keep();
    },
    keep,
    keepOnly(places) {
      recorder.keepOperations(places);
      keep();
    },
    drop() {
      if (isKept) ledger.forgetUndo(id);
      recorder.discard();
    },
    close: () => recorder.close(),
  };
}

export function encodePushed(operation: PushedOperation): Uint8Array {
  return Buffer.from(JSON.stringify(operation), 'utf8');
}

export function decodePushed(bytes: Uint8Array): PushedOperation {
  // Written by `encodePushed`; where the masking key is known, its seal vouches for it.
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as PushedOperation;
}

function pushed(
  { table }: PulledTableRecord,
  { op, key, expect, set }: PushOperation,
  rows: ReadonlyMap<string, TextByColumn>,
): PushedOperation {
  const generated = new Set(
    table.columns
      .filter(({ source }) => source.generatedExpression !== undefined)
      .map(({ source }) => source.name),
  );
  const seen = Object.fromEntries(Object.entries(expect).filter(([column]) => !generated.has(column)));
  const before = op === 'delete' ? (rows.get(rowName(table.key, keyCells(table, key))) ?? seen) : expect;
  return { op, table: table.key, key, before, after: set };
}

/** Whole rows, with the columns that are never pulled: what an undo puts back must not lack them. */
async function deletedRows(
  { writer, signal }: PushRun,
  operations: readonly (readonly [PulledTableRecord, PushOperation])[],
): Promise<ReadonlyMap<string, TextByColumn>> {
  const byTable = new Map<PulledTableRecord, PushOperation[]>();
  for (const [record, operation] of operations) {
    if (operation.op !== 'delete') continue;
    const deletes = byTable.get(record);
    if (deletes === undefined) byTable.set(record, [operation]);
    else deletes.push(operation);
  }
  const rows = new Map<string, TextByColumn>();
  for (const [{ table }, deletes] of byTable) {
    const names = keyNames(table);
    const known = table.columns.filter(({ source }) => source.generatedExpression === undefined);
    const columns =
      (await writer.writableColumns?.(table.source.name, signal)) ?? known.map(({ source }) => source.name);
    const read = await writer.readByKey({
      table: table.source.name,
      keyColumns: names,
      columns,
      keys: deletes.map(({ key }) => names.map((name) => key[name] ?? '')),
      signal,
    });
    for (const row of read) {
      const cells = row.slice(names.length);
      const key = Object.fromEntries(names.map((name, place) => [name, row[place] ?? '']));
      rows.set(
        rowName(table.key, keyCells(table, key)),
        Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? null])),
      );
    }
  }
  return rows;
}

/** The primary key's columns by production's names, in the key's order. */
export function keyNames(table: LocalTable): string[] {
  return keyColumnsOf(table).map((index) => table.columns[index]?.source.name ?? '');
}

export function keyCells(table: LocalTable, key: PushedOperation['key']): RowKey {
  return keyColumnsOf(table).map((index) => {
    const source = table.columns[index]?.source;
    const text = source === undefined ? undefined : key[source.name];
    return source === undefined || text === undefined ? null : codecFor(source.type).decodePostgres(text);
  });
}
