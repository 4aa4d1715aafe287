import type { HeaderList } from '../errors/api-error.ts';
import { errorText } from '../errors/api-error.ts';
import type { ApiError } from '../errors/api-error.ts';

/** An answer, before it is written to a connection. */
export interface Response {
  readonly status: number;
  readonly statusText?: string | undefined;
  readonly headers: HeaderList;
  readonly body: Buffer;
}

const RETRY_AFTER_SECONDS = '0';

export function errorResponse(error: ApiError): Response {
  const body = Buffer.from(errorText(error.body));
  return {
    status: error.status,
    statusText: error.statusText,
    headers: [
      ['Content-Type', 'application/json; charset=utf-8'],
      ['Content-Length', String(body.length)],
      ['Proxy-Status', `PostgREST; error=${error.body.code}`],
      ...error.headers,
      ...(error.status === 503 ? ([['Retry-After', RETRY_AFTER_SECONDS]] as const) : []),
    ],
    body,
  };
}

export const NO_BODY = Buffer.alloc(0);

/** The answer to OPTIONS: which methods there are. */
export function optionsResponse(methods: readonly string[]): Response {
  return {
    status: 200,
    headers: [
      ['Content-Length', '0'],
      ['Access-Control-Allow-Origin', '*'],
      ['Allow', methods.join(',')],
    ],
    body: NO_BODY,
  };
}
