import assert from 'node:assert/strict';
import type { Capability } from '../../../src/core/ports.ts';
import {
  capabilityList,
  changeMethodName,
  changeMethodOf,
  pushGuaranteeOf,
} from '../../../src/vscode/tree/describe-capabilities.ts';

describe('what a connection promises', () => {
  const cases: readonly (readonly [readonly Capability[], string, string])[] = [
    [[], 'watermark', 'row-by-row'],
    [['catalog', 'kit'], 'change-log', 'kit'],
    [['catalog', 'ddl', 'snapshot', 'copy'], 'digests', 'transaction'],
    [['catalog', 'ddl', 'snapshot', 'copy', 'kit'], 'change-log', 'transaction'],
  ];
  for (const [capabilities, method, guarantee] of cases) {
    it(`is ${method} and ${guarantee} with ${capabilities.join(', ') || 'nothing'}`, () => {
      assert.equal(changeMethodOf(capabilities), method);
      assert.equal(pushGuaranteeOf(capabilities), guarantee);
    });
  }

  it('says how to get what is missing', () => {
    assert.match(capabilityList([]), /Postgres connection string[^]*Install change tracking/);
    assert.doesNotMatch(capabilityList(['catalog', 'snapshot', 'copy', 'kit']), /✗|missing|Install/);
    assert.match(capabilityList(['catalog', 'snapshot', 'copy']), /digests[^]*Install change tracking/);
  });

  it('has a name for each method', () => {
    const methods = ['change-log', 'digests', 'watermark', 'full'] as const;
    assert.equal(new Set(methods.map(changeMethodName)).size, methods.length);
  });
});
