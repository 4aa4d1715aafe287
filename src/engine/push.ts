import { SynclineError, toErrorRecord, toSynclineError } from '../core/errors.ts';
import type { PulledTableRecord, PulledTarget } from '../core/ledger-port.ts';
import type { LocalChangesReader } from '../core/local-changes-port.ts';
import type { MaskingKey } from '../core/masking/masking-key.ts';
import type { ProductionWriter, PushFailure, PushOperation, PushOutcome } from '../core/push-ports.ts';
import type { RefusedChange, RowChange } from '../core/rows/change.ts';
import { encodeRow } from '../core/values/row-encoding.ts';
import { collectChanges, keyShower, pushObstacle } from './collect-changes.ts';
import { CHANGES_PER_BATCH, operationMaker, type PreparedChange } from './push-operations.ts';
import { previewChange } from './push-preview.ts';
import type { ChangePreview, PushedTable, PushReport } from './push-report.ts';
import { takePushedRows } from './take-pushed-rows.ts';
import { basePath, pruneBases } from './state-files.ts';
import type { EngineContext } from './workspace.ts';

/** Refusals that are told by name; one is enough to stop the push. */
const MOST_REFUSALS = 200;

/** Changes that the report shows. */
const PREVIEWED = 200;

export interface PushOptions {
  readonly writer: ProductionWriter;
  /** Where production is, without any secret. */
  readonly address: string;
  /** The key of the last pull; absent when that was raw. */
  readonly maskingKey?: MaskingKey;
  /** `plan` only looks; `rehearse` does it on the server and rolls back. */
  readonly mode: 'plan' | 'rehearse' | 'push';
  /** Whether the user armed the protected target, by its name. */
  readonly armed: boolean;
  /** Who pushes, for production's record. */
  readonly who: string;
  readonly signal: AbortSignal;
  readonly onProgress: (operations: number) => void;
}

/** A push under way. */
export interface PushRun extends EngineContext, PushOptions {
  readonly id: string;
  readonly previous: PulledTarget;
  readonly incomingPath: string;
}

/**
 * Brings local changes since the last sync to production: by columns, each with a precondition on production's row,
 * all in one transaction or not at all. One refused change refuses the push.
 *
 * Throws LOCAL_NOT_FOUND when nothing was pulled, MASKING_KEY_MISSING when the last pull had another key,
 * TARGET_PROTECTED when a protected target was not armed, PUSH_IN_DOUBT when the answer to the commit was lost and
 * nobody can tell, and REMOTE_ errors, after which production is as it was.
 */
export async function push(context: EngineContext, options: PushOptions): Promise<PushReport> {
  const { ledger, local, paths, clock } = context;
  const previous = requirePrevious(context, options.maskingKey);
  const id = context.newRunId();
  const run: PushRun = { ...context, ...options, id, previous, incomingPath: basePath(paths, id) };
  try {
    const { report, sent } = await planAndSend(run);
    if (sent !== undefined) await takePushedRows(run, sent);
    return report;
  } catch (thrown) {
    const error = toSynclineError(thrown);
    context.log(
      error.code === 'CANCELLED' ? 'info' : 'error',
      `Push ${id} ended: ${error.code}: ${error.message}`,
    );
    ledger.end(id, error.code === 'CANCELLED' ? 'cancelled' : 'failed', clock(), toErrorRecord(error));
    throw error;
  } finally {
    pruneBases(local, paths, ledger.neededBases());
  }
}

type Sent = readonly (readonly [PulledTableRecord, RowChange])[];

/** All that happens while the local file is read: it is closed again before anything is written to it. */
async function planAndSend(run: PushRun): Promise<{ readonly report: PushReport; readonly sent?: Sent }> {
  const { local, paths, previous, ledger, rules, target, clock, id } = run;
  const reader = local.readLocalChanges(paths.local, previous.basePath, previous.tables);
  const base = local.openBase(previous.basePath);
  try {
    const prepare = preparer(run, reader, (record) =>
      operationMaker(record, { ...run, base, maskingKey: run.maskingKey }),
    );
    const plan = await planPush(run, prepare);
    const report = reportOf(run, plan);
    if (plan.refused.length > 0) return { report: { ...report, state: 'refused' } };
    if (plan.operations === 0) return { report: { ...report, state: 'nothing' } };
    if (run.mode === 'plan') return { report };
    if (run.mode === 'push' && (rules.file.targets[target]?.protected ?? true) && !run.armed) {
      throw new SynclineError(
        'TARGET_PROTECTED',
        `${target} is protected, and was not armed for this push.`,
        {
          target,
        },
      );
    }
    ledger.begin({ id, operation: 'push', target, startedAt: clock(), stagePath: run.incomingPath });
    return await send(run, report, prepare);
  } finally {
    base.close();
    reader.close();
  }
}

function requirePrevious(
  { ledger, target }: EngineContext,
  maskingKey: MaskingKey | undefined,
): PulledTarget {
  const previous = ledger.pulled(target);
  if (previous === undefined) throw new SynclineError('LOCAL_NOT_FOUND', `${target} was never pulled.`);
  if ((maskingKey?.fingerprint ?? null) !== previous.maskingKey) {
    throw new SynclineError(
      'MASKING_KEY_MISSING',
      'The last pull had another masking key, or none: production cannot be compared without that key.',
    );
  }
  return previous;
}

type Prepared = PreparedChange | { readonly kind: 'not-allowed'; readonly refused: RefusedChange };

/** All changes of one kind in an order that foreign keys allow: parents are made first and deleted last. */
type Prepare = (op: RowChange['op']) => AsyncGenerator<readonly (readonly [PulledTableRecord, Prepared])[]>;

function preparer(
  { previous, ledger, target, rules }: PushRun,
  reader: LocalChangesReader,
  maker: (record: PulledTableRecord) => (changes: readonly RowChange[]) => Promise<PreparedChange[]>,
): Prepare {
  const held = new Set(ledger.held(target).map(({ table, key }) => `${table}\n${key}`));
  const isHeld = ({ table }: PulledTableRecord, { key }: RowChange): boolean =>
    held.has(`${table.key}\n${Buffer.from(encodeRow(key)).toString('base64')}`);
  const pushable = previous.tables.filter((record) => pushObstacle(reader, record) === undefined);

  return async function* prepare(op) {
    for (const record of op === 'delete' ? pushable.toReversed() : pushable) {
      const make = maker(record);
      let changes: RowChange[] = [];
      const flush = async (): Promise<(readonly [PulledTableRecord, Prepared])[]> => {
        const prepared = await make(changes);
        changes = [];
        return prepared.map((each) => [record, each] as const);
      };
      for (const collected of collectChanges(reader, record, op, previous.tables, rules)) {
        if (collected.kind === 'refused') {
          yield [[record, { kind: 'not-allowed', refused: collected.refused }]];
        } else if (!isHeld(record, collected.change)) {
          changes.push(collected.change);
          if (changes.length >= CHANGES_PER_BATCH) yield await flush();
        }
      }
      if (changes.length > 0) yield await flush();
    }
  };
}

const OPERATIONS = ['insert', 'update', 'delete'] as const;

interface PushPlan {
  readonly tables: readonly PushedTable[];
  readonly operations: number;
  readonly refused: readonly RefusedChange[];
  readonly preview: readonly ChangePreview[];
  readonly warnings: readonly string[];
}

async function planPush(run: PushRun, prepare: Prepare): Promise<PushPlan> {
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

function reportOf(run: PushRun, plan: PushPlan): PushReport {
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

async function send(
  run: PushRun,
  report: PushReport,
  prepare: Prepare,
): Promise<{ readonly report: PushReport; readonly sent?: Sent }> {
  const { ledger, writer, clock } = run;
  const sent: (readonly [PulledTableRecord, RowChange])[] = [];
  let witness: string | undefined;
  const outcome = await inDoubt(
    run,
    () => witness,
    () =>
      writer.push({
        id: run.id,
        operations: operationsOf(prepare, sent),
        rehearse: run.mode === 'rehearse',
        who: run.who,
        beforeCommit: (named) => {
          witness = named;
          ledger.witness(run.id, named);
        },
        onProgress: run.onProgress,
        signal: run.signal,
      }),
  );
  switch (outcome.state) {
    case 'rehearsed':
      ledger.end(run.id, 'done', clock());
      return { report: { ...report, state: 'rehearsed' } };
    case 'refused': {
      ledger.end(run.id, 'failed', clock());
      const refused = outcome.failures.map((failure) => serverRefusal(failure, sent));
      return { report: { ...report, state: 'refused', refused } };
    }
    case 'partial':
      throw new SynclineError('INTERNAL', 'A push in one transaction cannot be applied in part.');
    case 'committed':
      run.log('info', `Push ${run.id} was committed: ${sent.length} changes.`);
      return { report: { ...report, state: 'pushed' }, sent };
  }
}

/** What was planned is prepared anew: production's rows are read again, and must still be as they were seen. */
async function* operationsOf(
  prepare: Prepare,
  sent: (readonly [PulledTableRecord, RowChange])[],
): AsyncGenerator<PushOperation[]> {
  for (const op of OPERATIONS) {
    for await (const batch of prepare(op)) {
      const operations: PushOperation[] = [];
      for (const [record, prepared] of batch) {
        if (prepared.kind === 'already') continue;
        if (prepared.kind !== 'operation') {
          throw new SynclineError(
            'REMOTE_CHANGED',
            `${record.table.key} was changed in production meanwhile.`,
            {
              table: record.table.key,
            },
          );
        }
        operations.push(prepared.operation);
        sent.push([record, prepared.change]);
      }
      if (operations.length > 0) yield operations;
    }
  }
}

/** When the answer to a commit is lost, the server is asked what became of it; it is never done a second time. */
async function inDoubt(
  { writer, id }: PushRun,
  witness: () => string | undefined,
  work: () => Promise<PushOutcome>,
): Promise<PushOutcome> {
  try {
    return await work();
  } catch (error) {
    const named = witness();
    if (named === undefined) throw error;
    const fate = await writer.outcome(id, named, AbortSignal.timeout(60_000)).catch(() => 'unknown' as const);
    if (fate === 'committed') return { state: 'committed', operations: 0 };
    if (fate === 'absent') throw error;
    throw new SynclineError(
      'PUSH_IN_DOUBT',
      'The connection was lost during the commit, and the server cannot say what became of it.',
      { run: id },
      { cause: error },
    );
  }
}

function serverRefusal(
  failure: PushFailure,
  sent: readonly (readonly [PulledTableRecord, RowChange])[],
): RefusedChange {
  const entry = sent[failure.index];
  const cause = {
    changed: 'changed-in-production',
    missing: 'missing-in-production',
    exists: 'exists-in-production',
    refused: 'refused-by-server',
  } as const;
  return {
    table: entry?.[0].table.key ?? '',
    key: entry === undefined ? [] : keyShower(entry[0])(entry[1].key),
    op: entry?.[1].op ?? 'update',
    ...(failure.column === undefined ? {} : { column: failure.column }),
    cause: cause[failure.cause],
    message: failure.message,
  };
}
