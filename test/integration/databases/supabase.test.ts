import { openSupabase } from '../../../src/databases/supabase/open-supabase.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import { CONTRACT_SCHEMAS, productionContract } from './production-contract.ts';

/** The row cap of the server, and the first page that is asked for. */
const SIZES: readonly { readonly maxRows: number; readonly pageRows: number }[] = [
  { maxRows: 1000, pageRows: 1000 },
  { maxRows: 53, pageRows: 1000 },
  { maxRows: 100_000, pageRows: 100 },
];

for (const { maxRows, pageRows } of SIZES) {
  productionContract(`supabase-js, ${maxRows} rows an answer, pages of ${pageRows}`, async (database) => {
    const { connectionString } = database;
    const sandbox = await startSandbox({ database: { kind: 'postgres', connectionString }, maxRows });
    const { url } = sandbox;
    return {
      consistent: false,
      open: () => openSupabase({ url, key: sandbox.secretKey, schemas: CONTRACT_SCHEMAS, pageRows }),
      openLimited: () => openSupabase({ url, key: sandbox.publishableKey, schemas: CONTRACT_SCHEMAS }),
      stop: () => sandbox.stop(),
    };
  });
}
