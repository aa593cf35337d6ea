import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { WebSocket } from 'ws';

/** What is waited for comes within this, or the test fails. */
const PATIENCE_MS = 10_000;

/** A socket without a client: what it says and hears is exactly what goes over the wire. */
export class RawSocket {
  readonly #socket: WebSocket;
  readonly #frames: any[] = [];
  /** Resolves with how the server closed it. */
  readonly closed: Promise<{ code: number; reason: string }>;
  #wake: () => void = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) =>
      socket.once('close', (code, reason) => {
        resolve({ code, reason: String(reason) });
        this.#wake();
      }),
    );
    socket.on('message', (data) => {
      this.#frames.push(JSON.parse(String(data)));
      this.#wake();
    });
  }

  static async open(t: TestContext, url: string, protocol = 'graphql-transport-ws'): Promise<RawSocket> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocol);
    const raw = new RawSocket(socket);
    socket.on('error', () => {}); // told by `closed`
    t.after(() => socket.terminate());
    await once(socket, 'open');
    return raw;
  }

  /** With its connection already accepted. */
  static async connect(t: TestContext, url: string, token: string): Promise<RawSocket> {
    const raw = await RawSocket.open(t, url);
    raw.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    await raw.next('connection_ack');
    return raw;
  }

  send(message: unknown): void {
    this.#socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  subscribe(id: string, payload: Record<string, unknown>): void {
    this.send({ id, type: 'subscribe', payload });
  }

  /** The next frame, whatever it is. */
  async any(): Promise<any> {
    const deadline = Date.now() + PATIENCE_MS;
    while (this.#frames.length === 0) {
      if (this.#socket.readyState === WebSocket.CLOSED) throw new Error('no frame came: the socket is closed');
      if (Date.now() > deadline) throw new Error('no frame came');
      await this.#changed(deadline);
    }
    return this.#frames.shift();
  }

  /** The next frame, which must have this type, and this id if one is given. */
  async next(type: string, id?: string): Promise<any> {
    const frame = await this.any();
    if (frame.type !== type || (id !== undefined && frame.id !== id))
      throw new Error(`not ${type} ${id ?? ''} but ${JSON.stringify(frame)} came`);
    return frame;
  }

  close(): void {
    this.#socket.close();
  }
  #changed(deadline: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, deadline - Date.now());
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
