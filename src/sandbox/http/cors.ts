import type { HeaderList } from '../errors/api-error.ts';
import type { HttpRequest } from '../request/api-request.ts';
import { header } from '../request/api-request.ts';
import type { Response } from '../response/response.ts';
import { NO_BODY } from '../response/response.ts';

const EXPOSED =
  'Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Server, Transfer-Encoding, Range-Unit';

/** Browsers of any origin may ask and read. */
export function corsHeaders(request: HttpRequest, response: Response): HeaderList {
  if (header(request, 'origin') === undefined) return [];
  const set = response.headers.some(([name]) => name.toLowerCase() === 'access-control-allow-origin');
  return [
    ...(set ? [] : ([['Access-Control-Allow-Origin', '*']] as const)),
    ['Access-Control-Expose-Headers', EXPOSED],
  ];
}

/** The answer to a browser's question whether it may ask, if the request is one. */
export function preflightResponse(request: HttpRequest): Response | undefined {
  const asked = header(request, 'access-control-request-method');
  if (request.method !== 'OPTIONS' || asked === undefined || header(request, 'origin') === undefined)
    return undefined;
  return {
    status: 200,
    headers: [
      ['Access-Control-Allow-Origin', '*'],
      ['Access-Control-Allow-Methods', 'GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD'],
      [
        'Access-Control-Allow-Headers',
        `Authorization, ${header(request, 'access-control-request-headers') ?? ''}`,
      ],
      ['Access-Control-Max-Age', '86400'],
    ],
    body: NO_BODY,
  };
}
