import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface InterceptingProxy {
  readonly url: string;
  stop(): Promise<void>;
}

/** Passes HTTP requests on, after `before` was told of each: its number from 1, its method and its path with query. */
export async function interceptingProxy(
  target: string,
  before: (nth: number, method: string, path: string) => Promise<void> | void,
): Promise<InterceptingProxy> {
  const { hostname, port } = new URL(target);
  let count = 0;
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url: path = '/', headers } = incoming;
    void (async () => {
      await before((count += 1), method, path);
      const passed = send({ hostname, port, method, path, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      passed.on('error', () => outgoing.destroy());
      incoming.pipe(passed);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
