import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import type { Table } from '../../../src/core/schema/model.ts';
import { kitMigration } from '../../../src/databases/kit/kit-migration.ts';
import { KIT_VERSION } from '../../../src/databases/kit/kit-version.ts';
import { KIT_RPC, PUBLIC_FUNCTIONS, onlyServiceRole } from '../../../src/databases/kit/public-functions.ts';
import { table, type } from '../../support/catalog.ts';

/** `create or replace function` statements: the head up to the body, and the body. */
function functions(sql: string): readonly { readonly head: string; readonly body: string }[] {
  const pattern = /create or replace function ([^$]+?)\bas \$syncline\$([\s\S]*?)\$syncline\$;/g;
  return [...sql.matchAll(pattern)].map(([, head, body]) => ({ head: head!, body: body! }));
}

/** What stands outside of string literals, comments and dollar quotes: the statements that would run at once. */
function skeleton(sql: string): string {
  return sql.replaceAll(/\$syncline\$[\s\S]*?\$syncline\$|'(?:[^']|'')*'|--[^\n]*/g, '');
}

describe('kit migration', () => {
  const users = table('users', { id: type.bigint, name: type.text }, { key: ['id'] });
  const { up, down } = kitMigration({ tables: [users] });

  it('says first what it is and how to remove it', () => {
    const header = up.slice(0, up.indexOf('\n\n'));
    assert.ok(header.split('\n').every((line) => line.startsWith('--')));
    assert.match(header, new RegExp(`Syncline kit, version ${KIT_VERSION}\\.`));
    assert.match(header, /To remove it/);
    assert.match(kitMigration({ tables: [], version: 7 }).up, /^-- Syncline kit, version 7\./);
  });

  it('fixes the search path of every function', () => {
    const found = functions(up);
    assert.ok(found.length > 40, String(found.length));
    for (const { head } of found) assert.match(head, /set search_path = ''/, head);
  });

  it('gives each public function, once it is there, to service_role only', () => {
    for (const [what, signature] of Object.entries(PUBLIC_FUNCTIONS)) {
      const name = KIT_RPC[what as keyof typeof KIT_RPC];
      assert.ok(signature.startsWith(`${name}(`));
      const created = up.indexOf(`create or replace function public.${name}(`);
      assert.ok(created >= 0, name);
      // The catalog's function has a file, and lines, of its own.
      const restricted =
        what === 'catalog'
          ? `grant execute on function public.${signature} to service_role`
          : onlyServiceRole(signature);
      assert.ok(up.indexOf(restricted) > created, name);
      assert.ok(down.includes(`'${name}'`), name);
    }
    const publicNames = functions(up).flatMap(({ head }) => /^public\.(\w+)/.exec(head)?.[1] ?? []);
    assert.deepEqual([...publicNames].sort(), Object.values(KIT_RPC).sort());
  });

  it('runs only its public functions as its owner', () => {
    for (const { head } of functions(up)) {
      assert.equal(/\bsecurity definer\b/.test(head), head.startsWith('public.'), head);
    }
  });

  it('lets no function end with a code that PostgREST would repeat without end', () => {
    for (const { head, body } of functions(up)) {
      if (!head.startsWith('public.') || head.startsWith(`public.${KIT_RPC.catalog}(`)) continue;
      assert.match(body, /when serialization_failure or deadlock_detected/, head);
    }
  });

  it('can be run again: nothing is created without saying what if it is there', () => {
    const created = skeleton(up).match(
      /\bcreate (?!or replace function|\w+ if not exists|unique index if not exists)[^\n]*/g,
    );
    assert.equal(created, null);
    assert.doesNotMatch(
      skeleton(up),
      /\b(?:begin|commit|concurrently)\b/i,
      'one transaction, whoever runs it',
    );
  });

  it('tracks what has a primary key, and says what has not', () => {
    const keyless = table('log', { line: type.text }, { schema: 'app' });
    const migration = kitMigration({ tables: [users, keyless] });
    assert.match(migration.up, /track_tables\(array\[\n {2}array\['public', 'users'\]\n\]\);/);
    assert.match(migration.up, /-- Not tracked, for want of a primary key[^\n]*\n-- {3}"app"\."log"\n/);
    assert.match(kitMigration({ tables: [] }).up, /track_tables\('\{\}'\);/);
  });

  it('lets no name out of its literal or its comment', () => {
    const plain = skeleton(kitMigration({ tables: [named('a', true), named('b', false)] }).up);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        const nasty = `'; drop table x; --\n$syncline$${one}\r\\`;
        const { up: text } = kitMigration({
          tables: [named(nasty, true), named(`${other}\n${nasty}`, false)],
        });
        assert.equal(skeleton(text), plain);
      }),
      { numRuns: 20 },
    );
  });

  function named(name: string, keyed: boolean): Table {
    return table(name, { id: type.int }, { schema: name, ...(keyed && { key: ['id'] }) });
  }
});
