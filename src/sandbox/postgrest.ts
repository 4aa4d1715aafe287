import type { AuthenticationOptions } from './auth/authenticate.ts';
import { authenticate } from './auth/authenticate.ts';
import type { Database } from './database/database.ts';
import { ApiError } from './errors/api-error.ts';
import { schemaCacheError } from './errors/database-errors.ts';
import type { Context } from './execute/context.ts';
import { call, routineMethods } from './execute/call.ts';
import { describe } from './execute/describe.ts';
import { findTable, read } from './execute/read.ts';
import { write } from './execute/write.ts';
import type { HttpRequest } from './request/api-request.ts';
import { header, understand } from './request/api-request.ts';
import type { Response } from './response/response.ts';
import { errorResponse, optionsResponse } from './response/response.ts';
import type { SchemaCache, Table } from './schema/model.ts';

export interface PostgrestOptions extends AuthenticationOptions {
  readonly database: Database;
  /** The exposed schemas; the first is the default. */
  readonly schemas: readonly string[];
  readonly extraSearchPath: readonly string[];
  readonly maximumRows: number | undefined;
  readonly schemaCache: () => Promise<SchemaCache>;
  /** Where clients reach the REST interface, for its description. */
  readonly address: () => { readonly host: string };
}

/** Answers one request as PostgREST 13 does. */
export async function answer(http: HttpRequest, options: PostgrestOptions): Promise<Response> {
  try {
    const identity = authenticate(header(http, 'authorization'), options);
    const cache = await options.schemaCache().catch((failure: unknown) => {
      throw schemaCacheError(failure);
    });
    const request = understand(http, options.schemas, cache.timezones);
    const { database, maximumRows, anonymousRole, extraSearchPath } = options;
    const context = { request, identity, cache, database, maximumRows, anonymousRole, extraSearchPath };
    return await act(context, options.address().host);
  } catch (failure) {
    if (failure instanceof ApiError) return errorResponse(failure);
    throw failure;
  }
}

function act(context: Context, host: string): Promise<Response> | Response {
  const { request, cache } = context;
  const { action } = request;
  switch (action.kind) {
    case 'read':
      return read(context, action.table, action.headersOnly);
    case 'insert':
    case 'update':
    case 'upsert':
    case 'delete':
      return write(context, action.kind, action.table);
    case 'call':
      return call(context, action.routine, action.method);
    case 'describe':
      return describe(context, host, action.headersOnly);
    case 'table-options':
      return optionsResponse(tableMethods(findTable(request, cache, action.table)));
    case 'routine-options':
      return optionsResponse(routineMethods(context, action.routine));
    case 'root-options':
      return optionsResponse(['OPTIONS', 'GET', 'HEAD']);
  }
}

function tableMethods({ insertable, updatable, deletable, primaryKey }: Table): readonly string[] {
  return [
    'OPTIONS',
    'GET',
    'HEAD',
    ...(insertable ? ['POST'] : []),
    ...(insertable && updatable && primaryKey.length > 0 ? ['PUT'] : []),
    ...(updatable ? ['PATCH'] : []),
    ...(deletable ? ['DELETE'] : []),
  ];
}
