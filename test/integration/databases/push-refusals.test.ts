import { pushRefusalsContract } from './push-refusals-contract.ts';

// Row by row there is no whole to refuse: see row-by-row.test.ts.
for (const way of ['transaction', 'kit'] as const) {
  describe(`a push that is refused (${way})`, function () {
    this.timeout(60_000);
    pushRefusalsContract(way);
  });
}
