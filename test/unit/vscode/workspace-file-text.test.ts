import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { parseWorkspaceFile } from '../../../src/core/rules/parse-workspace-file.ts';
import {
  newWorkspaceFile,
  readTargets,
  tokenEnd,
  withTarget,
} from '../../../src/vscode/session/workspace-file-text.ts';

const anyName = fc.string({ unit: 'grapheme', minLength: 1 }).filter((name) => name !== '__proto__');

const commented = `// our team's file
{
  "local": { "path": "./dev.db" }, // do not commit
  "targets": {
    "production": { "supabaseUrl": "https://abcd.supabase.co", "protected": true },
  },
}
`;

describe('reading targets', () => {
  it('keeps the order of the file', () => {
    const text = '{"targets": {"b": {}, "a": {"supabaseUrl": "https://a.supabase.co"}}}';
    assert.deepEqual(readTargets(text), [{ name: 'b' }, { name: 'a', supabaseUrl: 'https://a.supabase.co' }]);
  });

  it('makes do with a file that is half typed', () => {
    assert.deepEqual(readTargets(''), []);
    assert.deepEqual(readTargets('{"targets": '), []);
    assert.deepEqual(readTargets('{"targets": {"a": {"supabaseUrl": 3}, "b": 1, "c'), [{ name: 'a' }]);
    assert.deepEqual(readTargets('[]'), []);
  });
});

describe('the end of a token', () => {
  const text = '{ "a": "x\\"y", // "c"\n "b": 12 }';
  const tokens = ['"a"', '"x\\"y"', '"b"', '12'];
  for (const token of tokens) {
    it(`is where ${token} ends`, () => {
      const start = text.indexOf(token);
      assert.equal(text.slice(start, tokenEnd(text, start)), token);
    });
  }

  it('is the end of the text for what begins there', () => {
    assert.equal(tokenEnd(text, text.length), text.length);
    assert.equal(tokenEnd('', 0), 0);
  });
});

describe('a new workspace file', () => {
  it('is one that the engine accepts, for any name and path', () => {
    fc.assert(
      fc.property(anyName, anyName, fc.boolean(), (name, path, withUrl) => {
        const url = 'https://abcd.supabase.co';
        const text = newWorkspaceFile(withUrl ? { name, supabaseUrl: url } : { name }, path);
        const { file } = parseWorkspaceFile(text);
        assert.equal(file.local.path, path);
        assert.deepEqual(Object.keys(file.targets), [name]);
        assert.equal(file.targets[name]?.supabaseUrl, withUrl ? url : undefined);
        assert.equal(file.targets[name]?.protected, true);
      }),
    );
  });
});

describe('a target written into a file', () => {
  it('changes its URL and nothing else', () => {
    const after = withTarget(commented, { name: 'production', supabaseUrl: 'https://efgh.supabase.co' });
    assert.equal(after, commented.replace('abcd', 'efgh'));
  });

  it('is added beside the others, with the comments kept', () => {
    const after = withTarget(commented, { name: 'staging', supabaseUrl: 'https://s.supabase.co' });
    assert.match(after, /our team's file[^]*do not commit/);
    assert.deepEqual(
      readTargets(after).map(({ name }) => name),
      ['production', 'staging'],
    );
    assert.equal(parseWorkspaceFile(after).file.targets['staging']?.protected, true);
  });

  it('leaves the text alone when there is nothing to change', () => {
    assert.equal(
      withTarget(commented, { name: 'production', supabaseUrl: 'https://abcd.supabase.co' }),
      commented,
    );
    assert.equal(withTarget(commented, { name: 'production' }), commented);
  });

  it('keeps the line ends of the file', () => {
    const crlf = '{\r\n  "local": { "path": "a" }\r\n}\r\n';
    assert.doesNotMatch(withTarget(crlf, { name: 'production' }), /[^\r]\n/);
  });
});
