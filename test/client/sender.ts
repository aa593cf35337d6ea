import { createClient } from '../../client/index.ts';
import { openFileStorage } from '../../client/node/index.ts';

/*
 * A program that writes on a device of its own: `sender.ts URL TOKEN FILE CONVERSATIONS FROM COUNT`. It says "kept N" when
 * message N is on its disk, and "done" when the server has everything, also what an earlier run on this file has left.
 */
const [url = '', token = '', file = '', conversations = '', from = '0', count = '0'] = process.argv.slice(2);
const client = createClient({ url, token, storage: await openFileStorage(file) });
const chats = conversations.split(',').map((id) => client.conversation(id));
for (let n = Number(from); n < Number(from) + Number(count); n++) {
  const { kept } = chats[n % chats.length]!.send(`message ${n}`);
  if (await kept) console.log(`kept ${n}`);
}
await Promise.all(
  chats.map((chat) =>
    chat.until(({ phase, messages }) => phase === 'live' && messages.every(({ seq }) => seq !== null)),
  ),
);
await client.close();
console.log('done');
