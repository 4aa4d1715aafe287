import type { Table } from '../../../src/core/schema/model.ts';
import type { Row } from '../../../src/core/values/cell.ts';
import { required, table, type } from '../../support/catalog.ts';

/** Rows as found: what is there now, and what was. */
export interface Found {
  readonly insert?: readonly Row[];
  readonly update?: readonly (readonly [base: Row, local: Row])[];
  readonly delete?: readonly Row[];
}

export const KEYED = table(
  't',
  { id: required(type.bigint), a: type.text, n: type.numeric },
  { key: ['id'] },
);
export const KEYED_ROWS: readonly Row[] = [
  [1n, 'x', '1.0'],
  [2n, null, null],
  [3n, '', '0'],
];
const COMPOSITE = table(
  't',
  { note: type.text, b: required(type.int), a: required(type.text) },
  { key: ['a', 'b'] },
);
const COMPOSITE_ROWS: readonly Row[] = [
  ['one', 1n, 'x'],
  ['two', 2n, 'x'],
  [null, 1n, 'y'],
];
const CITED = table('t', { k: required(type.citext), c: type.citext, i: type.int }, { key: ['k'] });
const CITED_ROWS: readonly Row[] = [
  ['bob', 'Hi', 1n],
  ['eve', 'Yo', 2n],
];
const VALUES = table(
  't',
  {
    id: required(type.int),
    i: type.int,
    f: type.double,
    b: type.bytea,
    flag: type.boolean,
    at: type.timestamptz,
  },
  { key: ['id'] },
);
const VALUE_ROWS: readonly Row[] = [
  [1n, 1n, 1, new Uint8Array([1]), 1n, '2024-01-02T03:04:05.000000Z'],
  [2n, null, null, null, null, null],
];

/** What an ORM does to change a table: makes it anew, copies, drops, renames. */
function rebuild(create: string, columns: string): string[] {
  return [
    create,
    `INSERT INTO new_t (${columns}) SELECT ${columns} FROM t`,
    'DROP TABLE t',
    'ALTER TABLE new_t RENAME TO t',
  ];
}

interface Example {
  readonly what: string;
  readonly table: Table;
  readonly rows: readonly Row[];
  /** What the developer does to the local database. */
  readonly edits: readonly string[];
  readonly found: Found;
}

export const EXAMPLES: readonly Example[] = [
  { what: 'nothing', table: KEYED, rows: KEYED_ROWS, edits: [], found: {} },
  {
    what: 'new, changed and deleted rows, each in the order of the key',
    table: KEYED,
    rows: KEYED_ROWS,
    edits: [
      `INSERT INTO t VALUES (9, 'new', NULL), (-1, NULL, '1'), (9007199254740993, '', '')`,
      `UPDATE t SET a = 'y' WHERE id IN (1, 2)`,
      'DELETE FROM t WHERE id = 3',
    ],
    found: {
      insert: [
        [-1n, null, '1'],
        [9n, 'new', null],
        [9007199254740993n, '', ''],
      ],
      update: [
        [
          [1n, 'x', '1.0'],
          [1n, 'y', '1.0'],
        ],
        [
          [2n, null, null],
          [2n, 'y', null],
        ],
      ],
      delete: [[3n, '', '0']],
    },
  },
  {
    what: 'no update that changes nothing, and none that was taken back',
    table: KEYED,
    rows: KEYED_ROWS,
    edits: ['UPDATE t SET a = a', 'DELETE FROM t WHERE id = 1', `INSERT INTO t VALUES (1, 'x', '1.0')`],
    found: {},
  },
  {
    what: 'NULL beside the empty string',
    table: KEYED,
    rows: KEYED_ROWS,
    edits: [`UPDATE t SET a = '' WHERE id = 2`, 'UPDATE t SET a = NULL WHERE id = 3'],
    found: {
      update: [
        [
          [2n, null, null],
          [2n, '', null],
        ],
        [
          [3n, '', '0'],
          [3n, null, '0'],
        ],
      ],
    },
  },
  {
    what: 'a changed key, as a row that is gone and one that is new',
    table: KEYED,
    rows: KEYED_ROWS,
    edits: ['UPDATE t SET id = 4 WHERE id = 1'],
    found: { insert: [[4n, 'x', '1.0']], delete: [[1n, 'x', '1.0']] },
  },
  {
    what: 'keys that were exchanged, as changed rows',
    table: KEYED,
    rows: KEYED_ROWS,
    edits: [
      'UPDATE t SET id = id + 100',
      'UPDATE t SET id = 103 - id WHERE id < 103',
      'UPDATE t SET id = 3 WHERE id = 103',
    ],
    found: {
      update: [
        [
          [1n, 'x', '1.0'],
          [1n, null, null],
        ],
        [
          [2n, null, null],
          [2n, 'x', '1.0'],
        ],
      ],
    },
  },
  {
    what: 'rows by a composite key in its own order',
    table: COMPOSITE,
    rows: COMPOSITE_ROWS,
    edits: [
      `UPDATE t SET note = 'two!' WHERE a = 'x' AND b = 2`,
      `INSERT INTO t (a, b) VALUES ('y', 0), ('x', 9)`,
      `DELETE FROM t WHERE a = 'y' AND b = 1`,
    ],
    found: {
      insert: [
        [null, 9n, 'x'],
        [null, 0n, 'y'],
      ],
      update: [
        [
          ['two', 2n, 'x'],
          ['two!', 2n, 'x'],
        ],
      ],
      delete: [[null, 1n, 'y']],
    },
  },
  {
    what: 'a letter’s case where texts compare without it, in the key too',
    table: CITED,
    rows: CITED_ROWS,
    edits: [`UPDATE t SET c = 'HI' WHERE k = 'BOB'`, `UPDATE t SET k = 'Eve' WHERE k = 'eve'`],
    found: {
      update: [
        [
          ['bob', 'Hi', 1n],
          ['bob', 'HI', 1n],
        ],
        [
          ['eve', 'Yo', 2n],
          ['Eve', 'Yo', 2n],
        ],
      ],
    },
  },
  {
    what: 'bytes, floats, NaN and booleans',
    table: VALUES,
    rows: VALUE_ROWS,
    edits: [
      `UPDATE t SET b = CAST(b AS TEXT) WHERE id = 1`,
      `UPDATE t SET f = 'NaN', b = x'', flag = 0 WHERE id = 2`,
    ],
    found: {
      update: [
        [VALUE_ROWS[0]!, [1n, 1n, 1, '\u0001', 1n, '2024-01-02T03:04:05.000000Z']],
        [VALUE_ROWS[1]!, [2n, null, 'NaN', new Uint8Array(), 0n, null]],
      ],
    },
  },
  {
    what: 'no difference between 1 and 1.0, where the column makes one of the other',
    table: VALUES,
    rows: VALUE_ROWS,
    edits: [`UPDATE t SET i = 1.0, f = 1, flag = 1.0 WHERE id = 1`],
    found: {},
  },
  {
    what: 'another spelling of a date, which the reader of changes judges',
    table: VALUES,
    rows: VALUE_ROWS,
    edits: [`UPDATE t SET at = '2024-01-02 03:04:05' WHERE id = 1`],
    found: { update: [[VALUE_ROWS[0]!, [...VALUE_ROWS[0]!.slice(0, 5), '2024-01-02 03:04:05']]] },
  },
  {
    what: 'rows of a table that was made anew, with other rowids, another order of columns and other types',
    table: COMPOSITE,
    rows: COMPOSITE_ROWS,
    edits: [
      ...rebuild(
        'CREATE TABLE new_t (a varchar(255) NOT NULL, b bigint NOT NULL, note text, PRIMARY KEY (a, b))',
        'a, b, note',
      ),
      'UPDATE t SET rowid = 100 - rowid',
      `UPDATE t SET note = '!' WHERE b = 2`,
    ],
    found: {
      update: [
        [
          ['two', 2n, 'x'],
          ['!', 2n, 'x'],
        ],
      ],
    },
  },
  ...[
    ['rowids', 'CREATE TABLE new_t (k TEXT PRIMARY KEY COLLATE NOCASE, c TEXT, i INTEGER) WITHOUT ROWID'],
    ['a key, its collation and types', 'CREATE TABLE new_t (k, c, i)'],
  ].map(([without = '', create = '']): Example => ({
    what: `rows of a table that was made anew without ${without}`,
    table: CITED,
    rows: CITED_ROWS,
    edits: [
      ...rebuild(create, 'k, c, i'),
      `UPDATE t SET i = 1.0 WHERE k = 'bob'`,
      `UPDATE t SET c = 'Ey' WHERE k = 'eve'`,
    ],
    found: {
      update: [
        [
          ['eve', 'Yo', 2n],
          ['eve', 'Ey', 2n],
        ],
      ],
    },
  })),
  {
    what: 'names of any kind',
    table: table(
      'T "q" 😀 [x]',
      { rowid: required(type.text), 'ß "x"': type.text, _syncline_seen: type.int, select: type.int },
      { key: ['rowid'] },
    ),
    rows: [
      ['b', 'x', 1n, 1n],
      ['a', 'y', 2n, 2n],
    ],
    edits: [
      `UPDATE "T ""q"" 😀 [x]" SET "ß ""x""" = 'z'`,
      `INSERT INTO "T ""q"" 😀 [x]" VALUES ('c', NULL, NULL, NULL)`,
    ],
    found: {
      insert: [['c', null, null, null]],
      update: [
        [
          ['a', 'y', 2n, 2n],
          ['a', 'z', 2n, 2n],
        ],
        [
          ['b', 'x', 1n, 1n],
          ['b', 'z', 1n, 1n],
        ],
      ],
    },
  },
];
