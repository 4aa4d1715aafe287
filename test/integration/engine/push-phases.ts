/** Cuts a push's connections at a chosen moment of the push, not after some number of bytes. */
import type { ProductionWriter } from '../../../src/core/push-ports.ts';
import type { CuttingProxy } from '../databases/cutting-proxy.ts';

/**
 * Where a push is: production is looked at, operations are sent, the commit is on its way, its answer is, rows are read
 * back.
 */
export const PUSH_PHASES = ['before', 'sending', 'commit', 'answer', 'read-back'] as const;

export type PushPhase = (typeof PUSH_PHASES)[number];

/** At which chunk of a phase. */
export interface CutPoint {
  readonly phase: PushPhase;
  readonly chunk: number;
}

export interface PhasedPush {
  /** The writer that tells how far its push is. */
  readonly writer: ProductionWriter;
  /** Chunks that passed, by phase. */
  readonly passed: ReadonlyMap<PushPhase, number>;
  /** Whether the moment came. */
  isCut(): boolean;
}

/**
 * Watches one push through `proxy` and cuts its connection at `point`; afterwards all others too when `isGone`. `onCut`
 * is called at that moment, before anybody hears of it.
 */
export function phasedPush(
  proxy: CuttingProxy,
  opened: ProductionWriter,
  cut?: { readonly point: CutPoint; readonly isGone: boolean; readonly onCut: () => void },
): PhasedPush {
  const passed = new Map<PushPhase, number>();
  let phase: PushPhase = 'before';
  let isCut = false;
  proxy.judge = (_, direction) => {
    if (isCut) return cut?.isGone === true ? 'cut' : 'pass';
    if (phase === 'commit' && direction === 'response') phase = 'answer';
    const chunk = passed.get(phase) ?? 0;
    passed.set(phase, chunk + 1);
    if (cut?.point.phase !== phase || cut.point.chunk !== chunk) return 'pass';
    isCut = true;
    cut.onCut();
    return 'cut';
  };
  return {
    passed,
    isCut: () => isCut,
    writer: {
      ...opened,
      async push(request) {
        phase = 'sending';
        const outcome = await opened.push({
          ...request,
          beforeCommit: (witness) => {
            request.beforeCommit(witness);
            phase = 'commit';
          },
        });
        phase = 'read-back';
        return outcome;
      },
    },
  };
}
