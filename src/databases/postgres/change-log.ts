import type { ChangeLog } from '../../core/changes-port.ts';
import { answerSize } from '../kit/answer-size.ts';
import { parseChanges, parsePosition } from '../kit/parse-answers.ts';
import { KIT_RPC } from '../kit/public-functions.ts';
import { readChanges, type AskChanges } from '../kit/read-changes.ts';
import { withSession, type SnapshotSessions } from './snapshot-sessions.ts';

const PAGE_ROWS = 1_000;

/** The kit's log inside a snapshot: what changed, the rows and the position are of its one instant. */
export function changeLog(sessions: SnapshotSessions): ChangeLog {
  return {
    async position(signal) {
      const statement = {
        text: `select public.${KIT_RPC.position}() as position`,
        activity: 'asking for a position in the change log',
      };
      const [row] = await withSession(sessions, signal, (session) =>
        session.query<{ position: unknown }>(statement, signal),
      );
      return parsePosition(row?.position);
    },
    changes({ since, tables, signal }) {
      const size = answerSize(PAGE_ROWS);
      const ask: AskChanges = async (question) => {
        const asked = question.tables.map(({ table, columns }) => ({ ...table.name, columns }));
        const statement = {
          // As text, so that its size is known.
          text: `select public.${KIT_RPC.changes}($1, $2::pg_catalog.jsonb, $3, $4)::pg_catalog.text as answer`,
          values: [question.since, JSON.stringify(asked), size.rows, question.page],
          activity: 'reading the change log',
        };
        const [row] = await withSession(sessions, signal, (session) =>
          session.query<{ answer: string }>(statement, signal),
        );
        const text = row?.answer ?? 'null';
        return { answer: parseChanges(JSON.parse(text)), bytes: Buffer.byteLength(text) };
      };
      return readChanges(ask, { since, tables, oneInstant: true, size });
    },
  };
}
