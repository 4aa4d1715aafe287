import { pushContract } from './push-contract.ts';
import { PUSH_WAYS } from './push-database.ts';

for (const way of PUSH_WAYS) {
  describe(`a push (${way})`, function () {
    this.timeout(60_000);
    pushContract(way);
  });
}
