import type { Clock } from '../core/ports.ts';
import { PULL_PHASES, type OnProgress, type PullPhase, type PullProgress } from './progress.ts';

/** Least time between two progress reports of one phase, in milliseconds: ten a second is what an eye can follow. */
const REPORT_INTERVAL = 100;

/** Follows a pull through its phases: how long each took, and how far it is. */
export interface PullTracker {
  enter(phase: PullPhase): void;
  update(change: Partial<Omit<PullProgress, 'phase'>>): void;
  /** Milliseconds by phase so far; ends the current phase. */
  finish(): Record<PullPhase, number>;
}

export function trackPull(clock: Clock, onProgress: OnProgress): PullTracker {
  const durations = Object.fromEntries(PULL_PHASES.map((phase) => [phase, 0])) as Record<PullPhase, number>;
  let entered = clock();
  let reported = Number.NEGATIVE_INFINITY;
  let current: PullProgress = {
    phase: 'connect',
    tablesDone: 0,
    tablesTotal: 0,
    rowsDone: 0,
    rowsTotal: 0,
    bytes: 0,
  };
  const closePhase = (): number => {
    const now = clock();
    durations[current.phase] += now - entered;
    entered = now;
    return now;
  };
  const report = (now: number): void => {
    reported = now;
    onProgress(current);
  };
  return {
    enter(phase) {
      const now = closePhase();
      const { tablesDone, tablesTotal, rowsDone, rowsTotal, bytes } = current;
      current = { phase, tablesDone, tablesTotal, rowsDone, rowsTotal, bytes };
      report(now);
    },
    update(change) {
      const moved = change.table !== undefined && change.table !== current.table;
      current = { ...current, ...change };
      const now = clock();
      if (moved || now - reported >= REPORT_INTERVAL) report(now);
    },
    finish() {
      closePhase();
      return durations;
    },
  };
}
