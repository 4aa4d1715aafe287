import type { ProjectKeys } from '../auth/gateway.ts';
import { passGateway } from '../auth/gateway.ts';
import type { HttpRequest } from '../request/api-request.ts';
import { header } from '../request/api-request.ts';
import { queryPairs } from '../request/query-string.ts';
import type { Response } from '../response/response.ts';

const REST_ROOT = '/rest/v1';

/** PostgREST as a Supabase project offers it: under /rest/v1, to those who bring an API key. */
export function behindGateway(
  keys: ProjectKeys,
  respond: (request: HttpRequest) => Promise<Response>,
): (request: HttpRequest) => Promise<Response> {
  return async (request) => {
    if (request.path !== REST_ROOT && !request.path.startsWith(`${REST_ROOT}/`)) {
      return jsonResponse(404, { message: 'no Route matched with those values' });
    }
    const named = queryPairs(request.query).find(({ name }) => name === 'apikey')?.value;
    const passed = passGateway(header(request, 'apikey') ?? named, header(request, 'authorization'), keys);
    if ('status' in passed) return jsonResponse(passed.status, passed.body);
    const query = request.query
      .split('&')
      .filter((part) => !/^apikey(=|$)/.test(part))
      .join('&');
    const path = request.path.slice(REST_ROOT.length) || '/';
    return respond({
      ...request,
      path,
      query,
      headers: { ...request.headers, authorization: passed.authorization },
    });
  };
}

function jsonResponse(status: number, value: unknown): Response {
  return {
    status,
    headers: [['Content-Type', 'application/json; charset=utf-8']],
    body: Buffer.from(JSON.stringify(value)),
  };
}
