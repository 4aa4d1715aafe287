/** What Syncline uses of pg-copy-streams 7, which comes without types. */
declare module 'pg-copy-streams' {
  import type { Readable, Writable } from 'node:stream';
  import type { Connection, Submittable } from 'pg';

  export class CopyToStreamQuery extends Readable implements Submittable {
    submit(connection: Connection): void;
    readonly rowCount: number;
  }

  export class CopyStreamQuery extends Writable implements Submittable {
    submit(connection: Connection): void;
    readonly rowCount: number;
  }

  /** A writable stream into COPY. */
  export function from(text: string): CopyStreamQuery;

  /** A readable stream of COPY's data; its chunks are cut anywhere. */
  export function to(text: string): CopyToStreamQuery;
}
