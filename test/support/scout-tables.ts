import type { PostgresTextRow } from '../../src/core/values/cell.ts';
import { index, required, table, type } from './catalog.ts';
import type { FakeTable } from './fake-production.ts';

/** E-mail addresses and names that must not be found after an anonymized pull. */
export const PERSONAL = [
  'ada.lovelace@analytical.test',
  'Ada Lovelace',
  'Müller-Lüdenscheidt',
  'grace@navy.test',
];

/**
 * A small production with everything that makes a pull hard: references in a circle and to themselves, a composite
 * key, a table without a key, names that need quoting, NULLs, numbers beyond 2^53.
 */
export function scoutTables(): FakeTable[] {
  return [
    {
      table: table(
        'users',
        {
          id: required(type.bigint),
          email: required(type.text),
          full_name: type.text,
          section_id: type.int,
          invited_by: type.bigint,
          active: required(type.boolean),
        },
        {
          key: ['id'],
          uniques: [['email']],
          references: [
            { columns: ['section_id'], table: 'sections', to: ['id'] },
            { columns: ['invited_by'], table: 'users', to: ['id'] },
          ],
          indexes: [index('users_by_section', ['section_id'])],
        },
      ),
      rows: [
        ['1', PERSONAL[0]!, PERSONAL[1]!, '1', '9007199254740993', 't'],
        ['2', 'zoe@scouts.test', null, '2', '1', 'f'],
        ['3', "o'brien@scouts.test", 'Emoji 😀 "quoted"', null, '3', 't'],
        ['9007199254740993', PERSONAL[3]!, PERSONAL[2]!, '2', null, 't'],
      ],
    },
    {
      table: table(
        'sections',
        { id: required(type.int), name: required(type.text), leader_id: type.bigint },
        { key: ['id'], references: [{ columns: ['leader_id'], table: 'users', to: ['id'] }] },
      ),
      rows: [
        ['1', 'Beavers', '9007199254740993'],
        ['2', 'Cubs', null],
      ],
    },
    {
      table: table(
        'order',
        { 'select "it"': required(type.int), 'größe 😀': required(type.text), amount: type.numeric },
        { key: ['select "it"', 'größe 😀'] },
      ),
      rows: [
        ['1', 'L', '12345678901234567890.10'],
        ['1', 'M', '0.1'],
        ['2', 'L', null],
      ],
    },
    {
      table: table('audit', { at: type.timestamptz, note: type.text }),
      rows: keyless(),
    },
  ];
}

function keyless(): PostgresTextRow[] {
  return [
    ['2024-02-29 23:59:59.123456+00', 'same'],
    ['2024-02-29 23:59:59.123456+00', 'same'],
    [null, null],
  ];
}
