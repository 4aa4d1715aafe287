import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fault, FaultPlan } from '../faults.ts';
import type { HttpRequest } from '../request/api-request.ts';
import type { Response } from '../response/response.ts';
import { corsHeaders, preflightResponse } from './cors.ts';

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves on 127.0.0.1; port 0 takes a free one. */
export async function serve(
  port: number,
  faults: FaultPlan,
  respond: (request: HttpRequest) => Promise<Response>,
): Promise<HttpServer> {
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing, faults, respond).catch((failure: unknown) => {
      // A bug here must be seen by whoever tests against the sandbox, not hang their request.
      console.error(failure);
      outgoing.destroy();
    });
  });
  await listening(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function handle(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  faults: FaultPlan,
  respond: (request: HttpRequest) => Promise<Response>,
): Promise<void> {
  const request = await received(incoming);
  if (request === undefined) return;
  const spent = await faults.spendOn(request.method, request.path.replace(/^\/rest\/v1(?=\/|$)/, ''));
  if (spent.some(({ kind }) => kind === 'refuse')) {
    outgoing.destroy();
    return;
  }
  const faulty = spent.find((fault) => fault.kind === 'answer');
  const response = preflightResponse(request) ?? (faulty ? faultResponse(faulty) : await respond(request));
  send(
    request,
    response,
    outgoing,
    spent.find((fault) => fault.kind === 'cut'),
  );
}

async function received(incoming: IncomingMessage): Promise<HttpRequest | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  const target = incoming.url ?? '/';
  const at = target.indexOf('?');
  return {
    method: incoming.method ?? 'GET',
    path: at < 0 ? target : target.slice(0, at),
    query: at < 0 ? '' : target.slice(at + 1),
    headers: decodedHeaders(incoming.headers),
    body: Buffer.concat(chunks),
  };
}

/** Node gives header bytes as Latin-1; what PostgREST's clients mean by them is UTF-8. */
function decodedHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const decoded = (value: string): string => Buffer.from(value, 'latin1').toString('utf8');
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(decoded) : value === undefined ? undefined : decoded(value),
    ]),
  );
}

/** The other way round; a header has no line breaks or other control characters. */
function encodedHeader(value: string): string {
  // eslint-disable-next-line no-control-regex -- those are the characters that HTTP forbids
  return Buffer.from(value.replaceAll(/[\u0000-\u001f\u007f]/g, ' '), 'utf8').toString('latin1');
}

function faultResponse(fault: Extract<Fault, { kind: 'answer' }>): Response {
  const body = Buffer.from(
    JSON.stringify(fault.body ?? { message: `The sandbox was told to answer ${fault.status}.` }),
  );
  const headers = Object.entries({ 'Content-Type': 'application/json; charset=utf-8', ...fault.headers });
  return { status: fault.status, headers, body };
}

const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 304]);

function send(
  request: HttpRequest,
  response: Response,
  outgoing: ServerResponse,
  cut: Extract<Fault, { kind: 'cut' }> | undefined,
): void {
  for (const [name, value] of [...response.headers, ...corsHeaders(request, response)]) {
    // Several cookies are several headers; of any other the last one counts.
    if (name.toLowerCase() === 'set-cookie') outgoing.appendHeader(name, encodedHeader(value));
    else outgoing.setHeader(name, encodedHeader(value));
  }
  const silent = request.method === 'HEAD' || WITHOUT_BODY.has(response.status);
  if (silent) outgoing.removeHeader('Content-Length');
  else outgoing.setHeader('Content-Length', response.body.length);
  outgoing.writeHead(response.status, response.statusText?.replaceAll(/[^\x20-\x7e]/g, '?'));
  if (cut === undefined) {
    outgoing.end(silent ? undefined : response.body);
    return;
  }
  const bytes = cut.afterBytes ?? Math.floor(response.body.length / 2);
  outgoing.write(response.body.subarray(0, bytes), () => {
    outgoing.destroy();
  });
}
