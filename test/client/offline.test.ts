import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createMemoryStorage, type EditConflict, type OnEditConflict } from '../../client/index.ts';
import { connect, tokenFor, type Who } from '../harness/actor.ts';
import { type Link, startLink } from '../harness/link.ts';
import { createTestDatabase, type TestDatabase } from '../harness/postgres.ts';
import { startInProcess, type TestServer } from '../harness/server.ts';
import { bodies, type Device, openConversation, openDevice, statuses } from './devices.ts';

/* What a device does without a network, and what becomes of it when its program dies: against a real server, over real TCP. */

let database: TestDatabase;
let server: TestServer;
const folders: string[] = [];

before(async () => {
  database = await createTestDatabase();
  server = await startInProcess(database.url);
});
after(async () => {
  await server?.stop();
  await database?.drop();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A stretch of network to the server, of this test alone. */
async function openLink(t: TestContext): Promise<Link & { url: string }> {
  const link = await startLink(() => [{ port: Number(new URL(server.url).port), host: '127.0.0.1' }]);
  t.after(() => link.close());
  return Object.assign(Object.create(link) as Link, { url: `http://127.0.0.1:${link.port}` });
}

const person = (role: Who['role'], t: TestContext): Who => ({ role, sub: `${t.name} ${role}` });

/** A customer behind a link, and an agent who is always there, in one conversation. */
async function openPair(t: TestContext) {
  const link = await openLink(t);
  const storage = createMemoryStorage();
  const who = person('CUSTOMER', t);
  const [customer, agent] = await Promise.all([
    openDevice(t, link, who, { storage }),
    openDevice(t, server, person('AGENT', t)),
  ]);
  const [theirs, ours] = await openConversation(customer, agent);
  return { link, storage, who, customer, agent, theirs, ours };
}

/** Its messages as anybody gets them who asks now. */
async function storedBodies({ client }: Device, id: string): Promise<(string | null)[]> {
  const document = 'query All($id: ID!) { conversation(id: $id) { messages(last: 100) { edges { node { body } } } } }';
  type Answer = { conversation: { messages: { edges: { node: { body: string | null } }[] } } };
  const { conversation } = await client.request<Answer>(document, { id });
  return conversation.messages.edges.map(({ node }) => node.body);
}

test('D2 D3: connections that break in the middle of frames lose, double and reorder nothing', async (t) => {
  const { link, theirs, agent, customer } = await openPair(t);
  // As when a browser says that the network is back: what is tested is the breaking, not the waiting.
  customer.client.connection.subscribe(() => {
    if (customer.client.connection.getSnapshot().status === 'waiting') setTimeout(customer.client.reconnect, 20);
  });
  const expected = Array.from({ length: 40 }, (_, n) => `message ${n}`);
  const sent = expected.map((body) => theirs.send(body).acknowledged);
  let cuts = 0;
  const cutting = setInterval(() => {
    if (link.connections > 0 && cuts < 8) link.cutAfter(() => 20 + 97 * cuts++);
  }, 60);
  t.after(() => clearInterval(cutting));
  await Promise.all(sent);
  assert.deepEqual(await storedBodies(agent, theirs.id), expected);
  assert.ok(cuts > 0);
});

test('D2 D3: a program killed again and again sends exactly the rest when it is started again', async (t) => {
  const { link, who, agent, customer, theirs } = await openPair(t);
  const second = customer.client.startConversation();
  await second.until(({ state }) => state !== null);
  await agent.client.conversation(second.id).assign();
  await customer.client.close();
  const folder = await mkdtemp(join(tmpdir(), 'parley-sender-'));
  folders.push(folder);
  const token = await tokenFor(who);
  const kept: number[] = [];
  /** Kills it once it has kept so many; Infinity lets it come to its end. */
  const run = async (from: number, count: number, killAfter: number) => {
    const script = fileURLToPath(new URL('./sender.ts', import.meta.url));
    const file = join(folder, 'queue');
    const args = [script, `${link.url}/graphql`, token, file, `${theirs.id},${second.id}`, String(from), String(count)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => child.kill('SIGKILL'));
    let said = '';
    let keptNow = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      said = line;
      if (line.startsWith('kept')) kept.push(Number(line.slice(5)));
      if (line.startsWith('kept') && ++keptNow === killAfter) child.kill('SIGKILL');
    }
    return said;
  };
  link.down();
  await run(0, 30, 12); // nothing has left the machine
  link.up();
  link.delay(15);
  await run(100, 30, 25); // some of it has, and some answers are under way
  link.delay(0);
  assert.equal(await run(200, 4, Number.POSITIVE_INFINITY), 'done');
  const got = await Promise.all([theirs.id, second.id].map((id) => storedBodies(agent, id)));
  const numbers = got.map((list) => list.map((body) => Number(body?.split(' ')[1])));
  for (const [i, list] of numbers.entries()) {
    assert.deepEqual(
      list,
      list.toSorted((a, b) => a - b),
      'in order',
    );
    assert.equal(new Set(list).size, list.length, 'each once');
    assert.deepEqual(
      kept.filter((n) => n % 2 === i && !list.includes(n)),
      [],
      'whatever was on the disk',
    );
  }
});

test('a conversation started offline goes out before its messages, in another run of the program', async (t) => {
  const link = await openLink(t);
  link.down();
  const storage = createMemoryStorage();
  const who = person('CUSTOMER', t);
  const first = await openDevice(t, link, who, { storage });
  const chat = first.client.startConversation({ subject: 'From the train' });
  for (const body of ['one', 'two', 'three']) chat.send(body);
  assert.deepEqual(statuses(chat.getSnapshot()), ['pending', 'pending', 'pending']);
  await first.client.close();

  const second = await openDevice(t, link, who, { storage });
  const again = second.client.conversation(chat.id);
  await again.until((view) => bodies(view).join() === 'one,two,three');
  link.up();
  second.client.reconnect();
  const view = await again.until(
    ({ phase, messages }) => phase === 'live' && messages.every(({ seq }) => seq !== null),
  );
  assert.deepEqual(bodies(view), ['one', 'two', 'three']);
  assert.equal(view.state?.subject, 'From the train');
});

test('D4: opened from the cache before the network is there, and resumed from it without a hole', async (t) => {
  const { link, storage, who, customer, theirs, ours } = await openPair(t);
  await ours.send('before').acknowledged;
  await theirs.until((view) => bodies(view).includes('before'));
  await customer.client.close();
  await ours.send('meanwhile').acknowledged;
  link.down();

  const { client } = await openDevice(t, link, who, { storage });
  const again = client.conversation(theirs.id);
  const cached = await again.until(({ state }) => state !== null);
  assert.deepEqual([cached.phase, bodies(cached)], ['resuming', ['before']]);
  link.up();
  client.reconnect();
  const live = await again.until(({ phase }) => phase === 'live');
  assert.deepEqual([bodies(live), live.catchUp?.messages], [['before', 'meanwhile'], 1]);
  await client.clear();
  assert.equal((await storage.load('')).size, 0);
});

test('D8: another participant’s token shows nothing of what is stored, and sends nothing of it', async (t) => {
  const { link, storage, customer, theirs, agent } = await openPair(t);
  await theirs.send('mine').acknowledged;
  await theirs.until(({ messages }) => messages[0]?.seq === 3);
  link.down();
  theirs.send('unsent');
  await customer.client.close();
  link.up();
  const { client } = await openDevice(t, link, { role: 'CUSTOMER', sub: 'somebody else' }, { storage });
  const chat = client.conversation(theirs.id);
  await assert.rejects(
    chat.until(({ phase }) => phase === 'live'),
    { code: 'WRONG_PARTICIPANT' },
  );
  assert.deepEqual([chat.getSnapshot().state, chat.getSnapshot().messages], [null, []]);
  assert.deepEqual(await storedBodies(agent, theirs.id), ['mine']);
});

test('refused for good, a message says why, also after a reload, and can be sent again or discarded', async (t) => {
  const { link, storage, who, customer, theirs, ours } = await openPair(t);
  await ours.close();
  await theirs.until(({ state }) => state?.status === 'CLOSED');
  const [first, other] = [theirs.send('too late'), theirs.send('also')];
  await assert.rejects(first.acknowledged, { code: 'CONVERSATION_CLOSED' });
  await assert.rejects(other.acknowledged, { code: 'CONVERSATION_CLOSED' });
  await assert.rejects(theirs.send('x'.repeat(8_001)).acknowledged, { code: 'BAD_USER_INPUT' });
  await customer.client.close();
  await ours.reopen();

  const { client } = await openDevice(t, link, who, { storage });
  const again = client.conversation(theirs.id);
  const failures = await again.until(({ phase, messages }) => phase === 'live' && messages.length === 3);
  assert.deepEqual(
    failures.messages.map((message) => message.seq === null && message.failure?.code),
    ['CONVERSATION_CLOSED', 'CONVERSATION_CLOSED', 'BAD_USER_INPUT'],
  );
  again.retry(first.id);
  for (const { id } of failures.messages.slice(1)) again.discard(id);
  const view = await again.until(({ messages }) => messages.length === 1 && messages[0]?.seq !== null);
  assert.deepEqual(bodies(view), ['too late']);
});

/** Two devices of one customer, both without a network, change the same message; then both come back, one after the other. */
async function editApart(t: TestContext, onEditConflict?: OnEditConflict) {
  const { theirs, customer, who, agent } = await openPair(t);
  const { client: tablet } = await openDevice(t, server, who, { onEditConflict });
  const onTablet = tablet.conversation(theirs.id);
  const { id } = await theirs.send('draft').acknowledged;
  await Promise.all(
    [theirs, onTablet].map((c) => c.until(({ phase, messages }) => phase === 'live' && messages[0]?.seq === 3)),
  );
  customer.client.setOffline(true);
  tablet.setOffline(true);
  const first = theirs.edit(id, 'from the phone');
  const second = onTablet.edit(id, 'from the tablet');
  for (const [chat, body] of [
    [theirs, 'from the phone'],
    [onTablet, 'from the tablet'],
  ] as const) {
    const [message] = chat.getSnapshot().messages;
    assert.deepEqual([message?.body, message?.change?.status], [body, 'pending']);
  }
  customer.client.setOffline(false);
  await first;
  tablet.setOffline(false);
  await second;
  const [body] = await storedBodies(agent, theirs.id);
  // The agent's receipt may come to one device before the other.
  const views = await Promise.all(
    [theirs, onTablet].map((c) => c.until(({ messages: [m] }) => m?.body === body && m?.status === 'delivered')),
  );
  assert.deepEqual(views[0]!.state?.messages[0], { ...views[1]!.state?.messages[0] });
  return body;
}

test('edits made offline on two devices: by default the last writer wins, on both', async (t) => {
  assert.equal(await editApart(t), 'from the tablet');
});

test('edits made offline on two devices: who is asked can merge them, or keep theirs', async (t) => {
  let asked: EditConflict | undefined;
  const merged = await editApart(t, async (conflict) => {
    asked = conflict;
    await wait(5);
    return `${conflict.theirs.body} and ${conflict.mine.body}`;
  });
  assert.equal(merged, 'from the phone and from the tablet');
  assert.deepEqual([asked?.mine.version, asked?.theirs.version], [1, 2]);
});

test('edits made offline on two devices: theirs can be kept', async (t) => {
  assert.equal(await editApart(t, () => null), 'from the phone');
});

test('a token is replaced before it runs out, on the same socket: nobody notices', async (t) => {
  const who = person('CUSTOMER', t);
  let asked = 0;
  const first = await tokenFor({ ...who, expiresInSeconds: 2 });
  const token = () => (++asked === 1 ? first : tokenFor(who));
  const { client } = await openDevice(t, server, who, { token });
  const notRefreshed = await connect(t, server, { token: first });
  const chat = client.startConversation();
  await chat.until(({ phase }) => phase === 'live');
  const phases = new Set<string>();
  chat.subscribe(() => phases.add(chat.getSnapshot().phase));
  assert.equal(await notRefreshed.closed, 4403);
  await chat.send('still here').acknowledged;
  await chat.until(({ messages }) => messages[0]?.seq === 1);
  assert.deepEqual([[...phases], asked], [['live'], 2]);
});

test('what one device sends, edits, deletes and reads, the other one of the same person shows', async (t) => {
  const { theirs, ours, who } = await openPair(t);
  const other = (await openDevice(t, server, who)).client.conversation(theirs.id);
  const [one, two] = [theirs.send('one'), theirs.send('two')];
  await two.acknowledged;
  await theirs.edit(one.id, 'one, edited');
  await theirs.delete(two.id);
  await ours.send('answer').acknowledged;
  await theirs.until((view) => bodies(view).includes('answer'));
  theirs.markRead();
  const view = await other.until(({ phase, state, messages }) => {
    const me = state?.members.find(({ id }) => id === state.viewer.id);
    return phase === 'live' && messages.length === 3 && me?.readSeq === state?.headSeq;
  });
  assert.deepEqual(bodies(view), ['one, edited', null, 'answer']);
});
