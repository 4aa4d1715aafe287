import type { PulledTableRecord } from '../core/ledger-port.ts';
import type { LocalChangesReader } from '../core/local-changes-port.ts';
import type { BaseReader } from '../core/local-ports.ts';
import type { RefusedChange, RowChange } from '../core/rows/change.ts';
import type { TableKey } from '../core/schema/model.ts';
import { encodeRow } from '../core/values/row-encoding.ts';
import { changeCollector, keyShower, pushObstacle } from './collect-changes.ts';
import type { PushRun } from './push.ts';
import { localObstacles, schemaGuard } from './push-obstacles.ts';
import { CHANGES_PER_BATCH, type PreparedChange } from './push-operations.ts';
import { previewChange } from './push-preview.ts';
import type { ChangePreview, PushedTable, PushReport } from './push-report.ts';
import { sentLog, tableCounter, totalsOf, type SentPart } from './sent-changes.ts';
import { resolveSelection } from './resolve-selection.ts';
import { changeSelector, missingParents } from './selected-changes.ts';

/** Refusals that are told by name; one is enough to stop the push. */
const MOST_REFUSALS = 200;

/** Changes that the report shows. */
const PREVIEWED = 200;

type Prepared = PreparedChange | { readonly kind: 'not-allowed'; readonly refused: RefusedChange };

/** All changes of one kind in an order that foreign keys allow: parents are made first and deleted last. */
export type Prepare = (
  op: RowChange['op'],
  /** `passed`: these very rows were judged before, and none was refused. */
  judged?: 'passed',
) => AsyncGenerator<readonly (readonly [PulledTableRecord, Prepared])[]>;

/** Compiles the preparation of everything that is selected and may be pushed; rows that are held are left out. */
export function preparer(
  run: PushRun,
  { reader, base }: { readonly reader: LocalChangesReader; readonly base: BaseReader },
  maker: (record: PulledTableRecord) => (changes: readonly RowChange[]) => Promise<PreparedChange[]>,
): Prepare {
  const { previous, ledger, target, rules, clock } = run;
  const records = previous.tables;
  const selection = resolveSelection(run.selection, { records, rules, now: clock(), localKeys: true });
  const approved = new Set(run.approved ?? []);
  const differences = schemaGuard(run);
  const altered = new Set<TableKey>();
  const held = new Set(ledger.held(target).map(({ table, key }) => `${table}\n${key}`));
  const isHeld = ({ table }: PulledTableRecord, { key }: RowChange): boolean =>
    held.size > 0 && held.has(`${table.key}\n${Buffer.from(encodeRow(key)).toString('base64')}`);
  const isAll = run.selection === undefined;
  const pushable = previous.tables.filter((record) => pushObstacle(reader, record) === undefined);

  return async function* prepare(op, judged) {
    for (const record of op === 'delete' ? pushable.toReversed() : pushable) {
      const make = maker(record);
      const { key } = record.table;
      const needsApproval = rules.file.tables[key]?.push === 'approval' && !approved.has(key);
      const showKey = keyShower(record);
      let refusals: readonly RefusedChange[] | undefined;
      const isSelected = changeSelector(record, selection);
      const parentsOf = missingParents(record, { records, reader, base, selection });
      let changes: RowChange[] = [];
      const flush = async (): Promise<(readonly [PulledTableRecord, Prepared])[]> => {
        const missing = parentsOf(changes);
        const prepared = await make(changes.filter((change) => !missing.has(change)));
        changes = [];
        const orphans = [...missing].map(([change, parent]): Prepared => ({
          kind: 'not-allowed',
          refused: orphaned(record, change, parent),
        }));
        return [...orphans, ...prepared].map((each) => [record, each] as const);
      };
      const collect = changeCollector(reader, record, records, rules, judged);
      for (const found of reader.changes(record, op)) {
        const collected = collect(found);
        if (collected === undefined) continue;
        if (collected.kind === 'refused') {
          if (!isSelected(found, collected.refused.key)) continue;
          yield [[record, { kind: 'not-allowed', refused: collected.refused }]];
        } else if (!isAll && !isSelected(found, showKey(collected.change.key))) {
          continue;
        } else if (needsApproval) {
          yield [[record, { kind: 'not-allowed', refused: unapproved(record, collected.change) }]];
        } else if (!isHeld(record, collected.change)) {
          refusals ??= await differences(record);
          if (refusals.length > 0) {
            if (!altered.has(key)) {
              yield refusals.map((refused) => [record, { kind: 'not-allowed', refused }] as const);
            }
            altered.add(key);
            break;
          }
          changes.push(collected.change);
          if (changes.length >= CHANGES_PER_BATCH) yield await flush();
        }
      }
      if (changes.length > 0) yield await flush();
    }
  };
}

function unapproved(record: PulledTableRecord, { op, key }: RowChange): RefusedChange {
  const { key: table } = record.table;
  const message = `"push" of ${table} is "approval" in syncline.json, and the push does not name the table (--approve)`;
  return { table, key: keyShower(record)(key), op, cause: 'not-approved', message };
}

function orphaned(record: PulledTableRecord, { op, key }: RowChange, parent: TableKey): RefusedChange {
  const message = `it refers to a row of ${parent} that was inserted locally and is not among what is pushed`;
  return {
    table: record.table.key,
    key: keyShower(record)(key),
    op,
    cause: 'parent-not-selected',
    message,
  };
}

/** The kinds of change in the order in which they are sent. */
export const OPERATIONS = ['insert', 'update', 'delete'] as const;

/** What a push would do. */
export interface PushPlan {
  readonly tables: readonly PushedTable[];
  readonly operations: number;
  /** What production has already, as after a push of which nobody heard the end. */
  readonly already: readonly SentPart[];
  readonly refused: readonly RefusedChange[];
  readonly preview: readonly ChangePreview[];
  readonly warnings: readonly string[];
}

/** Goes through all changes once, without sending any. */
export async function planPush(
  run: PushRun,
  reader: LocalChangesReader,
  prepare: Prepare,
): Promise<PushPlan> {
  const counter = tableCounter();
  const refused: RefusedChange[] = localObstacles(run, reader).slice(0, MOST_REFUSALS);
  const preview: ChangePreview[] = [];
  const already = sentLog();
  let operations = 0;
  for (const op of OPERATIONS) {
    for await (const batch of prepare(op)) {
      run.signal.throwIfAborted();
      for (const [record, prepared] of batch) {
        const refusal = refusalOf(record, prepared);
        if (refusal !== undefined) {
          if (refused.length < MOST_REFUSALS) refused.push(refusal);
          continue;
        }
        if (prepared.kind === 'already') already.add([record, prepared.change]);
        if (prepared.kind !== 'operation') continue;
        operations += 1;
        counter.count(record.table.key, op);
        if (preview.length < PREVIEWED) preview.push(previewChange(record, prepared.change));
      }
    }
  }
  const held = run.ledger.held(run.target).length;
  return {
    tables: counter.tables(),
    operations,
    already: already.parts(),
    refused,
    preview,
    warnings: [
      ...(held === 0
        ? []
        : [`${held} rows were changed on both sides: they are left out until somebody decides.`]),
      ...weaknesses(run),
    ],
  };
}

function weaknesses({ writer: { guarantee, because } }: PushRun): string[] {
  if (guarantee !== 'row-by-row') return [];
  const why = because === undefined ? '' : ` (${because})`;
  return [`Row by row${why}: not all or nothing, and sequences are not moved past the ids of new rows.`];
}

function refusalOf(record: PulledTableRecord, prepared: Prepared): RefusedChange | undefined {
  if (prepared.kind === 'not-allowed') return prepared.refused;
  if (prepared.kind !== 'refused') return undefined;
  const { change, cause, message } = prepared;
  return { table: record.table.key, key: keyShower(record)(change.key), op: change.op, cause, message };
}

export function reportOf(run: PushRun, plan: Omit<PushPlan, 'operations' | 'already'>): PushReport {
  return {
    run: run.id,
    target: run.target,
    address: run.address,
    guarantee: run.writer.guarantee,
    state: 'planned',
    tables: plan.tables,
    totals: totalsOf(plan.tables),
    refused: plan.refused,
    preview: plan.preview,
    warnings: plan.warnings,
  };
}
