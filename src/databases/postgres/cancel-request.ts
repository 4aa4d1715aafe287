import { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from './connection-options.ts';

/** What the server gave a session so that another connection may cancel its statement. */
export interface BackendKey {
  readonly processId: number;
  readonly secretKey: number;
}

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const CANCEL_REQUEST_CODE = 80_877_102;
const ACCEPTS_TLS = 'S'.charCodeAt(0);

/**
 * Asks the server to cancel what a session is doing (CancelRequest of the protocol, "Canceling Requests in Progress"),
 * over TLS where the session itself uses it: `pg`'s own cancel sends the key in the clear. Resolves once the server has
 * closed the connection, which it does after it has signalled the session; resolves too when it cannot be reached or
 * stays silent for `timeoutMilliseconds`: the caller must not rely on the effect.
 */
export function sendCancelRequest(
  options: ConnectionOptions,
  key: BackendKey,
  timeoutMilliseconds: number,
): Promise<void> {
  const request = Buffer.alloc(16);
  request.writeInt32BE(request.length, 0);
  request.writeInt32BE(CANCEL_REQUEST_CODE, 4);
  request.writeInt32BE(key.processId, 8);
  request.writeInt32BE(key.secretKey, 12);
  return new Promise((resolve) => {
    const socket = new Socket();
    const timer = setTimeout(() => socket.destroy(), timeoutMilliseconds);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.once('connect', () => {
      if (!options.tls) {
        socket.write(request);
        socket.resume();
        return;
      }
      socket.write(SSL_REQUEST);
      socket.once('data', (answer) => {
        if (answer[0] !== ACCEPTS_TLS) {
          socket.destroy();
          return;
        }
        const secure = connectTls({ ...options.tls, socket }, () => secure.write(request));
        secure.on('error', () => socket.destroy());
        secure.once('close', () => socket.destroy());
        secure.resume();
      });
    });
    if (options.host.startsWith('/')) socket.connect(`${options.host}/.s.PGSQL.${options.port}`);
    else socket.connect(options.port, options.host);
  });
}
