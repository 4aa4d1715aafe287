import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { bundlePath, l10nBundle } from '../../../scripts/l10n-bundle.ts';

describe('l10n/bundle.l10n.json', () => {
  it('holds every text of the editor', () => {
    const texts = (json: string) => Object.keys(JSON.parse(json) as object);
    assert.deepEqual(
      texts(readFileSync(bundlePath, 'utf8')),
      texts(l10nBundle()),
      'run: node scripts/l10n-bundle.ts',
    );
  });
});
