import type { PulledTableRecord } from '../core/ledger-port.ts';
import type { LocalChangesReader } from '../core/local-changes-port.ts';
import type { RefusedChange, RowChange } from '../core/rows/change.ts';
import { encodeRow } from '../core/values/row-encoding.ts';
import { collectChanges, keyShower, pushObstacle } from './collect-changes.ts';
import type { PushRun } from './push.ts';
import { CHANGES_PER_BATCH, type PreparedChange } from './push-operations.ts';
import { previewChange } from './push-preview.ts';
import type { ChangePreview, PushedTable, PushReport } from './push-report.ts';
import { rowSelector } from './selection.ts';

/** Refusals that are told by name; one is enough to stop the push. */
const MOST_REFUSALS = 200;

/** Changes that the report shows. */
const PREVIEWED = 200;

type Prepared = PreparedChange | { readonly kind: 'not-allowed'; readonly refused: RefusedChange };

/** All changes of one kind in an order that foreign keys allow: parents are made first and deleted last. */
export type Prepare = (
  op: RowChange['op'],
) => AsyncGenerator<readonly (readonly [PulledTableRecord, Prepared])[]>;

/** Compiles the preparation of everything that is selected and may be pushed; rows that are held are left out. */
export function preparer(
  { previous, ledger, target, rules, selection }: PushRun,
  reader: LocalChangesReader,
  maker: (record: PulledTableRecord) => (changes: readonly RowChange[]) => Promise<PreparedChange[]>,
): Prepare {
  const held = new Set(ledger.held(target).map(({ table, key }) => `${table}\n${key}`));
  const isHeld = ({ table }: PulledTableRecord, { key }: RowChange): boolean =>
    held.has(`${table.key}\n${Buffer.from(encodeRow(key)).toString('base64')}`);
  const isSelected = rowSelector(selection);
  const pushable = previous.tables.filter((record) => pushObstacle(reader, record) === undefined);

  return async function* prepare(op) {
    for (const record of op === 'delete' ? pushable.toReversed() : pushable) {
      const make = maker(record);
      const showKey = keyShower(record);
      let changes: RowChange[] = [];
      const flush = async (): Promise<(readonly [PulledTableRecord, Prepared])[]> => {
        const prepared = await make(changes);
        changes = [];
        return prepared.map((each) => [record, each] as const);
      };
      for (const collected of collectChanges(reader, record, op, previous.tables, rules)) {
        if (collected.kind === 'refused') {
          if (!isSelected(collected.refused)) continue;
          yield [[record, { kind: 'not-allowed', refused: collected.refused }]];
        } else if (
          isSelected({ table: record.table.key, key: showKey(collected.change.key) }) &&
          !isHeld(record, collected.change)
        ) {
          changes.push(collected.change);
          if (changes.length >= CHANGES_PER_BATCH) yield await flush();
        }
      }
      if (changes.length > 0) yield await flush();
    }
  };
}

/** The kinds of change in the order in which they are sent. */
export const OPERATIONS = ['insert', 'update', 'delete'] as const;

/** What a push would do. */
export interface PushPlan {
  readonly tables: readonly PushedTable[];
  readonly operations: number;
  readonly refused: readonly RefusedChange[];
  readonly preview: readonly ChangePreview[];
  readonly warnings: readonly string[];
}

/** Goes through all changes once, without sending any. */
export async function planPush(run: PushRun, prepare: Prepare): Promise<PushPlan> {
  const counts = new Map<string, { inserted: number; updated: number; deleted: number }>();
  const refused: RefusedChange[] = [];
  const preview: ChangePreview[] = [];
  let operations = 0;
  for (const op of OPERATIONS) {
    for await (const batch of prepare(op)) {
      run.signal.throwIfAborted();
      for (const [record, prepared] of batch) {
        if (prepared.kind === 'already') continue;
        const refusal = refusalOf(record, prepared);
        if (refusal !== undefined) {
          if (refused.length < MOST_REFUSALS) refused.push(refusal);
          continue;
        }
        if (prepared.kind !== 'operation') continue;
        operations += 1;
        const count = counts.get(record.table.key) ?? { inserted: 0, updated: 0, deleted: 0 };
        counts.set(record.table.key, count);
        count[op === 'insert' ? 'inserted' : op === 'update' ? 'updated' : 'deleted'] += 1;
        if (preview.length < PREVIEWED) preview.push(previewChange(record, prepared.change));
      }
    }
  }
  const held = run.ledger.held(run.target).length;
  return {
    tables: [...counts].map(([table, count]) => ({ table, ...count })),
    operations,
    refused,
    preview,
    warnings:
      held === 0
        ? []
        : [`${held} rows were changed on both sides: they are left out until somebody decides.`],
  };
}

function refusalOf(record: PulledTableRecord, prepared: Prepared): RefusedChange | undefined {
  if (prepared.kind === 'not-allowed') return prepared.refused;
  if (prepared.kind !== 'refused') return undefined;
  const { change, cause, message } = prepared;
  return { table: record.table.key, key: keyShower(record)(change.key), op: change.op, cause, message };
}

export function reportOf(run: PushRun, plan: PushPlan): PushReport {
  const sum = (count: (table: PushedTable) => number): number =>
    plan.tables.reduce((all, table) => all + count(table), 0);
  return {
    run: run.id,
    target: run.target,
    address: run.address,
    guarantee: run.writer.guarantee,
    state: 'planned',
    tables: plan.tables,
    totals: {
      inserted: sum((table) => table.inserted),
      updated: sum((table) => table.updated),
      deleted: sum((table) => table.deleted),
    },
    refused: plan.refused,
    preview: plan.preview,
    warnings: plan.warnings,
  };
}
