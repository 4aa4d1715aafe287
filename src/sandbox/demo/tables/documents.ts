import { insertBatches } from '../insert-batches.ts';
import { demoMember, type DemoMember } from '../member.ts';
import type { DemoPlan } from '../plan.ts';
import { randomFor, type Random } from '../random.ts';
import {
  bytes,
  dateIn,
  instant,
  later,
  type Literal,
  NULL,
  number,
  text,
  timestamptz,
} from '../sql-literals.ts';

/** What it is, its MIME type, its file name's extension. */
type DocumentKind = readonly [string, string, string];

const KINDS: readonly [DocumentKind, ...DocumentKind[]] = [
  ['medical-form', 'application/pdf', 'pdf'],
  ['camp photo', 'image/jpeg', 'jpg'],
  ['Einverständnis', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ["parents' letter", 'text/plain; charset=utf-8', 'txt'],
];

/** A file about somebody; its path in storage bears the person's name, as such paths do. */
export interface DemoDocument {
  readonly id: string;
  readonly storagePath: string;
  readonly mimeType: string;
  readonly uploader: DemoMember | null;
}

export function demoDocument(plan: DemoPlan, index: number): DemoDocument {
  const random = randomFor(plan.seed, 'document', index);
  const uploader = demoMember(plan, 1 + random.below(plan.members));
  const [kind, mimeType, extension] = random.pick(KINDS);
  const { first, last } = uploader.name.slug;
  return {
    id: random.uuid(),
    storagePath: `members/${uploader.id}/${index} ${kind} ${first}-${last}.${extension}`,
    mimeType,
    uploader: random.chance(0.9) ? uploader : null,
  };
}

const TARGET = {
  table: 'public.documents',
  columns: [
    'id',
    'storage_path',
    'mime_type',
    'size',
    'sha256',
    'uploaded_by',
    'activity_id',
    'metadata',
    'valid_until',
    'created_at',
    'updated_at',
  ],
};

export function* documentRowsSql(plan: DemoPlan): Generator<string> {
  yield* insertBatches(TARGET, documentRows(plan));
}

function* documentRows(plan: DemoPlan): Generator<readonly Literal[]> {
  for (let index = 1; index <= plan.documents; index++) {
    const document = demoDocument(plan, index);
    const random = randomFor(plan.seed, 'documents', index);
    const createdAt = instant(random);
    yield [
      text(document.id),
      text(document.storagePath),
      text(document.mimeType),
      index === 1 ? '9007199254740993' : number(random.below(50_000_000)),
      random.chance(0.9) ? bytes(random.hex(64)) : random.pick([bytes(''), NULL]),
      number(document.uploader?.id ?? null),
      random.chance(0.5) ? number(1 + random.below(plan.activities)) : NULL,
      metadata(random, index, document.uploader),
      index === 1 ? "'infinity'" : text(dateIn(random, 2025 + random.below(4))),
      timestamptz(createdAt),
      timestamptz(later(random, createdAt, 50)),
    ];
  }
}

/** `json`, not `jsonb`: white space, the order of keys, a key that comes twice and every digit are kept. */
function metadata(random: Random, index: number, uploader: DemoMember | null): Literal {
  if (index > 3 && random.chance(0.2)) return NULL;
  const author = JSON.stringify({ name: uploader?.name.full ?? null, mail: uploader?.recoveryEmail ?? null });
  return text(
    `{ "pages": ${1 + random.below(9)},  "pages": 1.0,\n  "scale": 0.10, "huge": 123456789012345678901234567890.5, ` +
      `"author": ${author} }`,
  );
}
