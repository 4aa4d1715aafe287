import type { ChangeLog } from '../../core/changes-port.ts';
import { answerSize } from '../kit/answer-size.ts';
import { parseChanges, parsePosition } from '../kit/parse-answers.ts';
import { readChanges, type AskChanges } from '../kit/read-changes.ts';
import { callKit } from './call-kit.ts';
import type { RestSession } from './rest-session.ts';

/** The kit's log over PostgREST. Pages are read at different instants, so the log is asked until one answer is whole. */
export function changeLog(session: RestSession, pageRows: number): ChangeLog {
  return {
    async position(signal) {
      const call = { function: 'position', activity: 'asking for a position in the change log' } as const;
      return parsePosition((await callKit(session, call, signal)).data);
    },
    changes({ since, tables, signal }) {
      const size = answerSize(pageRows);
      const ask: AskChanges = async (question) => {
        const asked = question.tables.map(({ table, columns }) => ({ ...table.name, columns }));
        const answer = await callKit(
          session,
          {
            function: 'changes',
            parameters: () => ({ ...question, tables: asked, max_rows: size.rows }),
            activity: 'reading the change log',
          },
          signal,
          {
            onFailure: ({ smaller }) => {
              if (smaller) size.shrink();
            },
          },
        );
        return { answer: parseChanges(answer.data), bytes: answer.bytes };
      };
      return readChanges(ask, { since, tables, oneInstant: false, size });
    },
  };
}
