/** What writing through the API has to know of tables: their columns' types, and how values print. */
import { SynclineError } from '../../core/errors.ts';
import type { LogicalType } from '../../core/schema/logical-type.ts';
import { findTable, tableKey, type Catalog, type Table, type TableName } from '../../core/schema/model.ts';
import type { PostgresText } from '../../core/values/cell.ts';
import { codecFor } from '../../core/values/codec.ts';
import { isUncast } from './page-rows.ts';
import { readCatalog } from './read-catalog.ts';
import type { RestSession } from './rest-session.ts';

export interface WrittenTables {
  /** Reads the catalog anew, and remembers it. */
  catalog(schemas: readonly string[], signal: AbortSignal): Promise<Catalog>;
  /** From what is remembered. Throws REMOTE_CHANGED when there is no such table. */
  table(name: TableName, signal: AbortSignal): Promise<Table>;
}

export function writtenTables(session: RestSession): WrittenTables {
  const known = new Map<string, Promise<Catalog>>();

  function read(schema: string, signal: AbortSignal): Promise<Catalog> {
    const reading = readCatalog(session, [schema], signal);
    known.set(schema, reading);
    reading.catch(() => known.delete(schema));
    return reading;
  }

  return {
    async catalog(schemas, signal) {
      const catalogs: Catalog[] = [];
      for (const schema of schemas) catalogs.push(await read(schema, signal));
      const partial = catalogs.some(({ completeness }) => completeness === 'partial');
      return {
        tables: catalogs.flatMap(({ tables }) => tables),
        completeness: partial ? 'partial' : 'full',
      };
    },
    async table(name, signal) {
      const key = tableKey(name);
      const found = findTable(await (known.get(name.schema) ?? read(name.schema, signal)), key);
      if (found !== undefined) return found;
      throw new SynclineError('REMOTE_CHANGED', `There is no table ${key} in production any more.`, {
        table: key,
      });
    },
  };
}

/** The type of a column; a column that is not there is opaque: the statement that names it fails, which is then told. */
export function typeOf(table: Table, column: string): LogicalType {
  return table.columns.find(({ name }) => name === column)?.type ?? { kind: 'opaque', name: column };
}

/**
 * Compiles the reading of what a cast to text printed, as COPY prints it: the two differ for the types that are never
 * cast where rows are read as JSON.
 */
export function printer(type: LogicalType): (text: PostgresText) => PostgresText {
  if (!isUncast(type)) return (text) => text;
  const codec = codecFor(type);
  const length = type.kind === 'text' ? (type.maxLength ?? 0) : 0;
  return (text) => {
    if (text === null) return null;
    const printed = codec.encodePostgres(codec.decodePostgres(text));
    return length === 0 ? printed : printed + ' '.repeat(Math.max(0, length - Array.from(printed).length));
  };
}
