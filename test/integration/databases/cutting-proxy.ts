import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What becomes of some bytes on their way: they pass, or the client's connection is cut before they arrive. */
export type Verdict = 'pass' | 'cut';

export interface CuttingProxy {
  /** The same database, through here. */
  readonly connectionString: string;
  /** Decides about each chunk. The server never learns that a client was cut off: its side stays open. */
  judge: (chunk: Buffer, direction: 'request' | 'response') => Verdict;
  /** The server learns that clients were cut off, as it does when their machine is heard of again. */
  hangUp(): void;
  /** Ends the connections to the server as well. */
  stop(): Promise<void>;
}

/** A TCP proxy that cuts connections where it is told to. */
export async function cuttingProxy(connectionString: string): Promise<CuttingProxy> {
  const target = new URL(connectionString);
  const sockets = new Set<Socket>();
  const abandoned = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => sockets.delete(socket));
    }
    let isCut = false;
    const forward = (to: Socket, direction: 'request' | 'response') => (chunk: Buffer) => {
      if (isCut) return;
      if (proxy.judge(chunk, direction) === 'pass') {
        to.write(chunk);
        return;
      }
      isCut = true;
      abandoned.add(upstream);
      client.destroy();
    };
    client.on('data', forward(upstream, 'request'));
    upstream.on('data', forward(client, 'response'));
    client.on('close', () => {
      if (!isCut) upstream.end();
    });
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const through = new URL(connectionString);
  through.port = String((server.address() as AddressInfo).port);
  const proxy: CuttingProxy = {
    connectionString: through.href,
    judge: () => 'pass',
    hangUp() {
      for (const socket of abandoned) socket.destroy();
      abandoned.clear();
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return proxy;
}

/** Whether a chunk of a client's messages holds this statement, in the simple protocol. */
export function asksFor(chunk: Buffer, statement: string): boolean {
  return chunk.includes(`${statement}\0`);
}
