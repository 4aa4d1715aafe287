import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { TLSSocket } from 'node:tls';

export interface TestServer {
  readonly port: number;
  stop(): Promise<void>;
}

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8');

/** A certificate for localhost and 127.0.0.1 that signed itself. */
export const SELF_SIGNED_CERTIFICATE = fixture('certificate.pem');

const identity = { cert: SELF_SIGNED_CERTIFICATE, key: fixture('private-key.pem') };

/** Listens on a free port of 127.0.0.1; stopping cuts every connection. */
async function listen(server: Server): Promise<TestServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = await listen(createServer());
  await server.stop();
  return server.port;
}

/** Takes connections and says nothing. */
export function silentServer(): Promise<TestServer> {
  return listen(createServer((socket) => socket.resume()));
}

/** A web site that is no Supabase project. */
export function webSite(): Promise<TestServer> {
  return listen(
    createHttpServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>'),
    ),
  );
}

/** A web site whose certificate nobody vouches for. */
export function selfSignedSite(): Promise<TestServer> {
  return listen(createHttpsServer(identity, (_, response) => response.end('{}')));
}

/** Speaks PostgreSQL's protocol just far enough to refuse: TLS itself, or the session with an error. */
export function refusingPostgres(answer: {
  readonly tls: boolean;
  readonly sqlState: string;
}): Promise<TestServer> {
  const refuse = (socket: Socket): void => {
    socket.once('data', () => socket.end(errorResponse(answer.sqlState)));
  };
  return listen(
    createServer((socket) => {
      socket.once('data', (first) => {
        const asksForTls = first.length === 8;
        if (!asksForTls) {
          socket.end(errorResponse(answer.sqlState));
        } else if (answer.tls) {
          socket.write('S');
          const secure = new TLSSocket(socket, { isServer: true, ...identity });
          secure.on('error', () => undefined);
          refuse(secure);
        } else {
          socket.write('N');
        }
      });
    }),
  );
}

/** An ErrorResponse that quotes a value, as real ones do. */
function errorResponse(sqlState: string): Buffer {
  const fields = [
    'SFATAL',
    'VFATAL',
    `C${sqlState}`,
    'Mvalue ada@example.com',
    'DKey (email)=(ada@example.com)',
    '',
  ];
  const body = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
