import assert from 'node:assert/strict';
import { PULL_PHASES, type PullPhase, type PullProgress } from '../../../src/engine/progress.ts';
import {
  compareFraction,
  compareMessage,
  progressMessage,
  pullFraction,
} from '../../../src/vscode/progress/describe-progress.ts';

function moment(phase: PullPhase, more: Partial<PullProgress> = {}): PullProgress {
  return { phase, tablesDone: 0, tablesTotal: 0, rowsDone: 0, rowsTotal: 0, bytes: 0, ...more };
}

describe('a pull’s progress', () => {
  it('says table, rows, percentage and bytes while it loads', () => {
    const loading = moment('load', { table: 'users', rowsDone: 12_400, rowsTotal: 50_000, bytes: 3_210_000 });
    assert.equal(progressMessage(loading), 'Loading users — 12,400 of 50,000 rows (24 %), 3.2 MB');
  });

  it('has words for every phase', () => {
    const words = PULL_PHASES.map((phase) => progressMessage(moment(phase)));
    assert.equal(new Set(words).size, PULL_PHASES.length);
  });

  it('never goes back from phase to phase and row to row', () => {
    const run = PULL_PHASES.flatMap((phase) =>
      phase === 'load'
        ? [0, 1, 500, 999, 1000].map((rowsDone) => moment('load', { rowsDone, rowsTotal: 1000 }))
        : [moment(phase)],
    ).map(pullFraction);
    assert.deepEqual(
      run,
      run.toSorted((a, b) => a - b),
    );
    assert.ok(run.every((fraction) => fraction >= 0 && fraction <= 1));
  });

  it('follows the tables where no row is to come, and survives more rows than were counted', () => {
    assert.ok(pullFraction(moment('load', { tablesDone: 1, tablesTotal: 2 })) > pullFraction(moment('load')));
    const more = moment('load', { rowsDone: 12, rowsTotal: 10 });
    assert.equal(pullFraction(more), pullFraction(moment('load', { rowsDone: 10, rowsTotal: 10 })));
    assert.match(progressMessage(more), /12 of 10 rows \(100 %\)/);
  });
});

describe('a comparison’s progress', () => {
  it('counts tables', () => {
    const comparing = moment('load', { table: 'users', tablesDone: 3, tablesTotal: 11, rowsDone: 12_400 });
    assert.equal(compareMessage(comparing), 'Comparing users — 3 of 11 tables, 12,400 rows');
    assert.equal(compareFraction(comparing), 3 / 11);
    assert.equal(compareMessage(moment('connect')), 'Reading production');
  });
});
