import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { SynclineError } from '../../../src/core/errors.ts';
import { parseWorkspaceFile } from '../../../src/core/rules/parse-workspace-file.ts';
import { workspaceFileJsonSchema } from '../../../src/core/rules/workspace-file.ts';

const minimal = '{ "local": { "path": "./dev.db" }, "targets": { "production": {} } }';

function failure(text: string): SynclineError {
  try {
    parseWorkspaceFile(text);
  } catch (error) {
    if (error instanceof SynclineError) return error;
    throw error;
  }
  assert.fail('expected CONFIG_INVALID');
}

describe('the workspace file', () => {
  it('fills in the defaults', () => {
    const { file } = parseWorkspaceFile(minimal);
    assert.equal(file.defaults.unclassified, 'mask');
    assert.equal(file.defaults.direction, 'pull');
    assert.equal(file.targets['production']?.protected, true);
    assert.deepEqual(file.targets['production'].schemas, ['public']);
    assert.equal(file.local.backups, 5);
    assert.equal(file.migrations.directory, 'supabase/migrations');
  });

  it('allows comments and trailing commas', () => {
    const { file } = parseWorkspaceFile(`// a comment\n${minimal.replace('{} } }', '{}, }, }')}`);
    assert.equal(file.local.path, './dev.db');
  });

  it('reads the example of the design', () => {
    const text = `{
      "local": { "path": "./dev.db" },
      "targets": { "production": { "supabaseUrl": "https://abc.supabase.co", "protected": true } },
      "defaults": { "direction": "pull", "conflict": "manual", "unclassified": "mask" },
      "tables": {
        "users": { "direction": "both", "conflict": { "strategy": "production-wins", "columns": { "role": "manual" } },
                   "mask": { "email": "email", "dob": { "transformer": "date-shift", "days": 30 } } },
        "sections": { "direction": "pull", "push": "approval" },
        "activities": { "direction": "both", "conflict": "last-write-wins", "merge": "columns", "history": true },
        "documents": { "files": { "bucket": "documents", "pathColumn": "storage_path", "mode": "placeholder" } },
        "messages": { "mask": { "body": "text" }, "retention": { "column": "created_at", "keep": "90d" } }
      },
      "rules": [{ "name": "r", "table": "activities", "check": "ends_at >= starts_at" }],
      "migrations": { "directory": "supabase/migrations" }
    }`;
    const { file, positionOf } = parseWorkspaceFile(text);
    assert.deepEqual(file.tables['users']?.mask?.['dob'], { transformer: 'date-shift', days: 30 });
    assert.deepEqual(positionOf(['tables', 'users', 'mask', 'email']), { line: 7, column: 30 });
    assert.deepEqual(positionOf(['tables', 'users', 'mask', 'absent']), { line: 7, column: 20 });
  });

  const mistakes: readonly [what: string, text: string, line: number, column: number, says: RegExp][] = [
    ['nothing at all', '', 1, 1, /empty/],
    ['a missing comma', '{\n  "local": { "path": "a" }\n  "targets": {}\n}', 3, 3, /comma expected/],
    ['a missing section', '{\n "local": { "path": "a" }\n}', 1, 1, /targets/],
    ['no target', '{ "local": { "path": "a" },\n  "targets": {} }', 2, 3, /at least one target/],
    [
      'a misspelt property',
      '{ "local": { "path": "a" },\n  "targets": { "p": {} },\n  "tabels": {} }',
      3,
      3,
      /tabels/,
    ],
    [
      'a wrong strategy',
      '{ "local": { "path": "a" }, "targets": { "p": {} },\n "tables": { "t": {\n    "conflict": "mine" } } }',
      3,
      5,
      /tables\.t\.conflict/,
    ],
    ['a wrong type', '{ "local": { "path": 7 }, "targets": { "p": {} } }', 1, 14, /local\.path/],
    [
      'a URL that is none',
      '{ "local": { "path": "a" }, "targets": { "p": { "supabaseUrl": "abc" } } }',
      1,
      49,
      /https:\/\//,
    ],
  ];
  for (const [what, text, line, column, says] of mistakes) {
    it(`names line and column of ${what}`, () => {
      const error = failure(text);
      assert.equal(error.code, 'CONFIG_INVALID');
      assert.match(error.message, says);
      assert.deepEqual([error.details['line'], error.details['column']], [line, column], error.message);
      assert.equal(error.exitCode, 1);
    });
  }

  it('has a JSON Schema on disk that is the one made from the definition', () => {
    const onDisk: unknown = JSON.parse(readFileSync('schemas/syncline.schema.json', 'utf8'));
    assert.deepEqual(onDisk, JSON.parse(JSON.stringify(workspaceFileJsonSchema())));
  });
});
