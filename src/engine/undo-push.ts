import { SynclineError } from '../core/errors.ts';
import type { PulledTableRecord } from '../core/ledger-port.ts';
import type { ProductionWriter, PushFailure, PushOperation, PushOutcome } from '../core/push-ports.ts';
import type { RefusedChange } from '../core/rows/change.ts';
import type { ListedChange } from './changes-report.ts';
import { keyShower } from './collect-changes.ts';
import { decodePushed, type PushedOperation } from './push-inverse.ts';
import { inDoubt } from './push-in-doubt.ts';
import type { PushedTable } from './push-report.ts';
import { turnBack, type TurnedBack } from './undo-operations.ts';
import { listChange, MOST_SHOWN } from './undo-preview.ts';
import { staleChanges } from './undo-pull.ts';
import type { UndoReport } from './undo-report.ts';
import { takeRowsBack } from './undo-rows.ts';
import { rowName, undoReport, type RowsUndoRun } from './undo-run.ts';

/** Operations that are turned back together. */
const PER_BATCH = 500;

const SIDE_EFFECTS =
  'What triggers, defaults and cascades of production did besides, such as an updated_at, is not taken back: the next pull brings it.';

/**
 * Takes a push back: first in production, in one transaction and from its last operation to its first, then here, so that
 * what was pushed is a local change again. Cut off in between, it is done by being asked for once more: what production
 * has back already is not sent again.
 */
export async function undoPush(run: RowsUndoRun): Promise<UndoReport> {
  const { rules, record, mode, armed } = run;
  if (mode === 'apply' && (rules.file.targets[record.target]?.protected ?? true) && !armed) {
    const message = `${record.target} is protected, and was not armed for this undo.`;
    throw new SynclineError('TARGET_PROTECTED', message, { target: record.target });
  }
  const writer = run.openWriter();
  try {
    return await undoWith(run, writer);
  } finally {
    await writer.close();
  }
}

async function undoWith(run: RowsUndoRun, writer: ProductionWriter): Promise<UndoReport> {
  const plan = await planOf(run, writer);
  const told = (state: UndoReport['state'], local: UndoReport['stale'] = []): UndoReport =>
    undoReport(run, state, {
      tables: [...plan.counts.values()],
      stale: [...plan.stale.values(), ...local],
      preview: plan.preview,
      warnings: plan.counts.size === 0 ? [] : [SIDE_EFFECTS],
    });
  const back = (rehearse: boolean): UndoReport['stale'] =>
    staleChanges(
      run,
      takeRowsBack(run, {
        rehearse,
        skip: (table, key) => plan.stale.has(rowName(table, key)),
        staleBase: 'goes-back',
      }),
    );
  if (run.mode === 'plan') return told('planned', back(true));
  const isEmpty = plan.counts.size === 0;
  if (isEmpty && plan.already === 0) return told('nothing');
  // What keeps the local half from being done is found out before production is touched.
  const local = back(true);
  if (!isEmpty) {
    const refused = await send(run, writer, plan);
    if (refused.length > 0) {
      return undoReport(run, 'refused', { tables: [], stale: refused, preview: plan.preview });
    }
  }
  if (run.mode === 'rehearse') return told('rehearsed', local);
  return told('undone', back(false));
}

interface UndoPlan {
  readonly counts: Map<string, { -readonly [Key in keyof PushedTable]: PushedTable[Key] }>;
  /** By the row's name. */
  readonly stale: Map<string, RefusedChange>;
  readonly preview: ListedChange[];
  already: number;
}

async function planOf(run: RowsUndoRun, writer: ProductionWriter): Promise<UndoPlan> {
  const plan: UndoPlan = { counts: new Map(), stale: new Map(), preview: [], already: 0 };
  for await (const batch of turnedBack(run, writer)) {
    run.signal.throwIfAborted();
    for (const { record, pushed, key, now, then, kind } of batch) {
      const table = record.table.key;
      if (kind.kind === 'already') plan.already += 1;
      else if (kind.kind === 'stale') {
        const { cause, message } = kind;
        const shown = keyShower(record)(key);
        plan.stale.set(rowName(table, key), { table, key: shown, op: opposite(pushed.op), cause, message });
      } else {
        const count = plan.counts.get(table) ?? { table, inserted: 0, updated: 0, deleted: 0 };
        plan.counts.set(table, count);
        count[`${kind.operation.op}${kind.operation.op.endsWith('e') ? 'd' : 'ed'}` as 'inserted'] += 1;
        if (plan.preview.length < MOST_SHOWN) plan.preview.push(listChange(record, key, now, then));
      }
    }
  }
  return plan;
}

function opposite(op: PushOperation['op']): PushOperation['op'] {
  return op === 'insert' ? 'delete' : op === 'delete' ? 'insert' : 'update';
}

/** All operations of the push from the last to the first, those that follow one another in one table together. */
async function* turnedBack(
  run: RowsUndoRun,
  writer: ProductionWriter,
): AsyncGenerator<readonly TurnedBack[]> {
  const byKey = new Map(run.previous.tables.map((record) => [record.table.key, record] as const));
  const turners = new Map<PulledTableRecord, ReturnType<typeof turnBack>>();
  let waiting: PushedOperation[] = [];
  const turn = (): Promise<TurnedBack[]> => {
    const [first] = waiting;
    const record = first === undefined ? undefined : byKey.get(first.table);
    if (record === undefined) {
      throw new SynclineError(
        'UNDO_UNAVAILABLE',
        `The push changed ${first?.table ?? ''}, which is not pulled any more.`,
      );
    }
    const turner = turners.get(record) ?? turnBack(run, writer, record);
    turners.set(record, turner);
    const operations = waiting;
    waiting = [];
    return turner(operations);
  };
  for (const bytes of run.kept.operationsBackwards()) {
    const pushed = decodePushed(bytes);
    const [first] = waiting;
    if (first !== undefined && (first.table !== pushed.table || waiting.length >= PER_BATCH))
      yield await turn();
    waiting.push(pushed);
  }
  if (waiting.length > 0) yield await turn();
}

/** Sends what was planned; it must still be so. Returns what the server refused. */
async function send(run: RowsUndoRun, writer: ProductionWriter, plan: UndoPlan): Promise<RefusedChange[]> {
  const { ledger, id, mode, who, signal } = run;
  const sent: TurnedBack[] = [];
  let witness: string | undefined;
  const outcome: PushOutcome = await inDoubt(
    { writer, id },
    () => witness,
    () =>
      writer.push({
        id,
        operations: operationsOf(run, writer, plan, sent),
        rehearse: mode === 'rehearse',
        who,
        beforeCommit(named) {
          witness = named;
          ledger.witness(id, named);
        },
        onProgress: () => undefined,
        signal,
      }),
  );
  switch (outcome.state) {
    case 'committed':
    case 'rehearsed':
      return [];
    case 'refused':
      return outcome.failures.map((failure) => refusal(failure, sent));
    case 'partial':
      // What production has back is found out when the undo is asked for again.
      return outcome.failures.map((failure) => refusal(failure, sent));
  }
}

async function* operationsOf(
  run: RowsUndoRun,
  writer: ProductionWriter,
  plan: UndoPlan,
  sent: TurnedBack[],
): AsyncGenerator<PushOperation[]> {
  for await (const batch of turnedBack(run, writer)) {
    const operations: PushOperation[] = [];
    for (const turned of batch) {
      const { record, key, kind } = turned;
      if (kind.kind === 'operation') {
        operations.push(kind.operation);
        sent.push(turned);
      } else if (kind.kind === 'stale' && !plan.stale.has(rowName(record.table.key, key))) {
        throw new SynclineError(
          'REMOTE_CHANGED',
          `${record.table.key} was changed in production meanwhile.`,
          {
            table: record.table.key,
          },
        );
      }
    }
    if (operations.length > 0) yield operations;
  }
}

function refusal({ index, message, column, cause }: PushFailure, sent: readonly TurnedBack[]): RefusedChange {
  const turned = sent[index];
  return {
    table: turned?.record.table.key ?? '',
    key: turned === undefined ? [] : keyShower(turned.record)(turned.key),
    op: turned === undefined ? 'update' : opposite(turned.pushed.op),
    ...(column === undefined ? {} : { column }),
    cause:
      cause === 'refused' ? 'refused-by-server' : `${cause === 'exists' ? 'exists' : cause}-in-production`,
    message,
  };
}
