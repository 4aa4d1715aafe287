import { openSupabase } from '../../../src/databases/supabase/open-supabase.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import { changeTrackingContract } from './change-tracking-contract.ts';
import type { ContractDatabase } from './contract-database.ts';
import { CONTRACT_SCHEMAS, productionContract, type ContractSubject } from './production-contract.ts';

/** The row cap of the server, and the first page that is asked for. */
const SIZES: readonly { readonly maxRows: number; readonly pageRows: number }[] = [
  { maxRows: 1000, pageRows: 1000 },
  { maxRows: 53, pageRows: 1000 },
  { maxRows: 100_000, pageRows: 100 },
];

function start({ maxRows, pageRows }: (typeof SIZES)[number]) {
  return async ({ connectionString }: ContractDatabase): Promise<ContractSubject> => {
    const sandbox = await startSandbox({ database: { kind: 'postgres', connectionString }, maxRows });
    const { url } = sandbox;
    return {
      consistent: false,
      open: () => openSupabase({ url, key: sandbox.secretKey, schemas: CONTRACT_SCHEMAS, pageRows }),
      openLimited: () => openSupabase({ url, key: sandbox.publishableKey, schemas: CONTRACT_SCHEMAS }),
      stop: () => sandbox.stop(),
    };
  };
}

for (const size of SIZES) {
  productionContract(`supabase-js, ${size.maxRows} rows an answer, pages of ${size.pageRows}`, start(size));
}

for (const kit of [true, false]) {
  for (const size of [
    { maxRows: 53, pageRows: 50 },
    { maxRows: 1000, pageRows: 1000 },
  ]) {
    changeTrackingContract(`supabase-js, pages of ${size.pageRows}`, {
      kit,
      digests: kit,
      consistent: false,
      start: start(size),
    });
  }
}
