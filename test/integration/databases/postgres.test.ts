import { openPostgres } from '../../../src/databases/postgres/open-postgres.ts';
import { CONTRACT_SCHEMAS, productionContract } from './production-contract.ts';

productionContract('a connection string', (database) =>
  Promise.resolve({
    consistent: true,
    open: () => openPostgres({ connectionString: database.connectionString, schemas: CONTRACT_SCHEMAS }),
    openLimited: () =>
      openPostgres({ connectionString: database.readerConnectionString, schemas: CONTRACT_SCHEMAS }),
    stop: () => Promise.resolve(),
  }),
);
