import { WebSocketServer } from 'ws';

/* Takes WebSockets and does nothing with them: what a socket costs by itself. */
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket) => socket.on('message', () => {}));
server.once('listening', () => {
  const { port } = server.address() as { port: number };
  process.send!({ port });
});
process.once('disconnect', () => process.exit());
