import type { TableKey } from '../core/schema/model.ts';

/** The phases of a pull, in their order. `load` reads, masks and stages row batches in one stream. */
export const PULL_PHASES = [
  'connect',
  'snapshot',
  'plan',
  'backup',
  'stage',
  'load',
  'check',
  'switch',
  'record',
] as const;

export type PullPhase = (typeof PULL_PHASES)[number];

/** A moment of a running pull. Totals are exact once `plan` is over and zero before. */
export interface PullProgress {
  readonly phase: PullPhase;
  /** The table that is being worked on. */
  readonly table?: TableKey;
  readonly tablesDone: number;
  readonly tablesTotal: number;
  readonly rowsDone: number;
  readonly rowsTotal: number;
  /** Payload received, in bytes. */
  readonly bytes: number;
}

export type OnProgress = (progress: PullProgress) => void;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Takes a line for the log. Lines carry names and counts, never a row's value and never a secret. */
export type Log = (level: LogLevel, message: string) => void;
