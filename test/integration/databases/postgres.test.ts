import { openPostgres } from '../../../src/databases/postgres/open-postgres.ts';
import { changeTrackingContract } from './change-tracking-contract.ts';
import type { ContractDatabase } from './contract-database.ts';
import { CONTRACT_SCHEMAS, productionContract, type ContractSubject } from './production-contract.ts';

const start = (database: ContractDatabase): Promise<ContractSubject> =>
  Promise.resolve({
    consistent: true,
    open: () => openPostgres({ connectionString: database.connectionString, schemas: CONTRACT_SCHEMAS }),
    openLimited: () =>
      openPostgres({ connectionString: database.readerConnectionString, schemas: CONTRACT_SCHEMAS }),
    stop: () => Promise.resolve(),
  });

productionContract('a connection string', start);

for (const kit of [true, false]) {
  changeTrackingContract('a connection string', { kit, digests: true, consistent: true, start });
}
