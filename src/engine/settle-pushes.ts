import type { UnfinishedRun } from '../core/ledger-port.ts';
import type { MaskingKey } from '../core/masking/masking-key.ts';
import type { ProductionWriter } from '../core/push-ports.ts';
import { countOf, sentParts } from './sent-changes.ts';
import { takePushedRows } from './take-pushed-rows.ts';
import type { EngineContext } from './workspace.ts';

export interface SettleOptions {
  readonly writer: Pick<ProductionWriter, 'outcome' | 'readByKey'>;
  readonly maskingKey?: MaskingKey;
  readonly signal: AbortSignal;
}

/** Pushes to this target of which it is not known, or not taken in yet, what production has of them. */
export function pendingPushes({ ledger, target }: EngineContext): readonly UnfinishedRun[] {
  return ledger
    .unfinished()
    .filter(
      (run) =>
        run.operation === 'push' &&
        run.target === target &&
        (run.witness !== undefined || ledger.sent(run.id).length > 0),
    );
}

/**
 * Settles pushes that were cut off between their commit and the taking in of their rows: production is asked what became
 * of them, and what it has is taken into the local database and the base, so that nothing is sent twice. Nothing is
 * asked where nothing is pending.
 *
 * Throws REMOTE_ errors when production cannot be asked, and what taking rows in throws; the push stays pending then.
 */
export async function settlePushes(context: EngineContext, options: SettleOptions): Promise<void> {
  for (const run of pendingPushes(context)) await settle(context, run, options);
}

async function settle(
  context: EngineContext,
  run: UnfinishedRun,
  { writer, maskingKey, signal }: SettleOptions,
): Promise<void> {
  const { ledger, clock, log, target } = context;
  const previous = ledger.pulled(target);
  const began = new Date(run.startedAt).toISOString();
  const end = (why: string): void => {
    ledger.end(run.id, 'interrupted', clock());
    log('warn', `The push of ${began} is over: ${why}.`);
  };
  if (previous === undefined || ledger.beganAfter(previous.run, run.id)) {
    end('a later run has taken in what production had of it');
    return;
  }
  // With another key its rows cannot be masked as the base is; a pull in full is needed, which takes them in as well.
  if ((maskingKey?.fingerprint ?? null) !== previous.maskingKey) return;
  const fate = run.witness === undefined ? 'applied' : await writer.outcome(run.id, run.witness, signal);
  if (fate === 'absent') {
    end('production has nothing of it');
    return;
  }
  if (fate === 'unknown') {
    end('nobody remembers it; each of its rows is compared anew');
    return;
  }
  const sent = sentParts(ledger.sent(run.id), previous.tables);
  const taking = { ...context, id: run.id, previous, incomingPath: run.stagePath, writer, signal };
  await takePushedRows({ ...taking, ...(maskingKey === undefined ? {} : { maskingKey }) }, sent);
  log('warn', `The push of ${began} is taken in: production has its ${countOf(sent)} changes.`);
}
