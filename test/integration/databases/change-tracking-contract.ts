import assert from 'node:assert/strict';
import { changeLogCases } from './change-log-cases.ts';
import type { ContractDatabase } from './contract-database.ts';
import { digestCases } from './digest-cases.ts';
import { kitStateCases } from './kit-state-cases.ts';
import type { ContractSubject } from './production-contract.ts';
import { readByKeyCases } from './read-by-key-cases.ts';
import { signal, trackedDatabase } from './tracked-database.ts';

export interface TrackingSubject {
  /** Whether the kit is installed. */
  readonly kit: boolean;
  /** Whether there are digests. */
  readonly digests: boolean;
  readonly consistent: boolean;
  readonly start: (database: ContractDatabase) => Promise<ContractSubject>;
}

/** What the engine relies on to read only what changed, whichever way production is reached. */
export function changeTrackingContract(name: string, subject: TrackingSubject): void {
  describe(`changes through ${name}, ${subject.kit ? 'with' : 'without'} the kit`, function () {
    this.timeout(60_000);
    const database = trackedDatabase(subject.kit);
    before(() => database.start(subject.start));
    after(() => database.stop());

    it('says what it can do', async () => {
      const { capabilities } = await database.production().probe(signal);
      assert.equal(capabilities.includes('kit'), subject.kit);
      await database.reading((snapshot) => {
        assert.equal(snapshot.changeLog !== undefined, subject.kit);
        assert.equal(snapshot.digests !== undefined, subject.digests);
        return Promise.resolve();
      });
    });

    readByKeyCases(database);
    if (subject.digests) digestCases(database);
    if (subject.kit) changeLogCases(database, subject.consistent);
    kitStateCases(database, subject.kit);
  });
}
