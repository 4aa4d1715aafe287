import { PUSH_WAYS } from './push-database.ts';
import { pushRefusalsContract } from './push-refusals-contract.ts';

for (const way of PUSH_WAYS) {
  describe(`a push that is refused (${way})`, function () {
    this.timeout(60_000);
    pushRefusalsContract(way);
  });
}
