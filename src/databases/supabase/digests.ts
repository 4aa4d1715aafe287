import type { BucketDigest, Digests, KeyTexts, TableColumns } from '../../core/changes-port.ts';
import type { RowBatch } from '../../core/ports.ts';
import { tableKey, type Table } from '../../core/schema/model.ts';
import { answerSize } from '../kit/answer-size.ts';
import { parseDigests, parseKeys, parseRows } from '../kit/parse-answers.ts';
import { callKit } from './call-kit.ts';
import type { RestSession } from './rest-session.ts';

/** Rows of which one request asks the digests: some ten seconds' work, well within every time limit on the way. */
const DIGESTED_AT_ONCE = 4_000_000;

type DigestRequest = Parameters<Digests['digest']>[0];
type BucketRowsRequest = Parameters<Digests['bucketRows']>[0];

/** Digests by the kit's functions, over PostgREST. */
export function digests(session: RestSession, pageRows: number): Digests {
  return {
    source: 'kit/1',
    async bounds(table, buckets, signal) {
      const name = tableKey(table.name);
      const call = {
        function: 'bounds',
        parameters: () => ({ ...named(table), buckets }),
        activity: `sampling the keys of ${name}`,
        table: name,
      } as const;
      return parseKeys((await callKit(session, call, signal)).data);
    },
    digest: (request) => digest(session, request),
    bucketRows: (request) => bucketRows(session, pageRows, request),
  };
}

function named(table: Table): { readonly table_schema: string; readonly table_name: string } {
  return { table_schema: table.name.schema, table_name: table.name.name };
}

/** Stretch after stretch of buckets; after a time limit, shorter stretches. */
async function digest(session: RestSession, request: DigestRequest): Promise<readonly BucketDigest[]> {
  const { table, columns, bounds, signal } = request;
  const name = tableKey(table.name);
  const buckets = bounds.length + 1;
  const found: BucketDigest[] = [];
  let span = Math.max(1, Math.ceil((buckets * DIGESTED_AT_ONCE) / Math.max(1, table.estimatedRows ?? 1)));
  for (let from = 0; from < buckets;) {
    let to = from;
    const answer = await callKit(
      session,
      {
        function: 'digests',
        parameters: () => {
          to = Math.min(buckets, from + span);
          return { ...named(table), columns, bounds, ...stretch(bounds, from, to) };
        },
        activity: `digesting ${name}`,
        table: name,
      },
      signal,
      {
        onFailure: ({ smaller }) => {
          if (smaller) span = Math.max(1, Math.floor(Math.min(span, buckets - from) / 2));
        },
      },
    );
    found.push(...parseDigests(answer.data));
    from = to;
  }
  return found;
}

/** The keys of the buckets from one to before another; open where there is no bucket beyond. */
function stretch(
  bounds: readonly KeyTexts[],
  from: number,
  to: number,
): { readonly lower: KeyTexts | null; readonly upper: KeyTexts | null } {
  return { lower: bounds[from - 1] ?? null, upper: bounds[to - 1] ?? null };
}

async function* bucketRows(
  session: RestSession,
  pageRows: number,
  request: BucketRowsRequest,
): AsyncGenerator<RowBatch> {
  const size = answerSize(pageRows);
  for (const [from, to] of stretches(request.buckets)) {
    yield* rangeRows(session, size, request, stretch(request.bounds, from, to));
  }
}

/** Neighbouring buckets as one stretch: `[3, 4, 9]` is 3 to before 5, and 9 to before 10. */
function stretches(buckets: readonly number[]): readonly (readonly [from: number, to: number])[] {
  const merged: [number, number][] = [];
  for (const bucket of [...new Set(buckets)].sort((a, b) => a - b)) {
    const last = merged.at(-1);
    if (last?.[1] === bucket) last[1] = bucket + 1;
    else merged.push([bucket, bucket + 1]);
  }
  return merged;
}

async function* rangeRows(
  session: RestSession,
  size: ReturnType<typeof answerSize>,
  { table, columns, signal }: TableColumns & { readonly signal: AbortSignal },
  range: ReturnType<typeof stretch>,
): AsyncGenerator<RowBatch> {
  const name = tableKey(table.name);
  const key = table.primaryKey?.columns ?? [];
  const read = [...columns, ...key.filter((column) => !columns.includes(column))];
  const places = key.map((column) => read.indexOf(column));
  let after: KeyTexts | null = null;
  for (;;) {
    let asked = 0;
    const answer = await callKit(
      session,
      {
        function: 'range',
        parameters: () => {
          asked = size.rows;
          return { ...named(table), columns: read, ...range, after, max_rows: asked };
        },
        activity: `reading ${name} by stretches`,
        table: name,
      },
      signal,
      {
        onFailure: ({ smaller }) => {
          if (smaller) size.shrink();
        },
      },
    );
    const rows = parseRows(answer.data);
    size.learn(rows.length, answer.bytes);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield { rows: rows.map((row) => row.slice(0, columns.length)), bytes: answer.bytes };
    if (rows.length < asked) return;
    after = places.map((place) => last[place] ?? '');
  }
}
