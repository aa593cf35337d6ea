import { type Client, type Conversation, createClient } from '../../../client/index.ts';

/*
 * A page as somebody might write it on the client: it shows one conversation and what has become of each message. Bundled
 * and opened by client.test.ts; `window.chat` is for what a test does in place of a visitor.
 */
type Settings = { url: string; token: string; cacheKey: string; conversationId: string };

const { url, token, cacheKey, conversationId } = JSON.parse(decodeURIComponent(location.hash.slice(1))) as Settings;
const client = createClient({ url, token, cacheKey });
const chat = client.conversation(conversationId);
const list = document.querySelector('ol')!;

function render(): void {
  const { phase, messages } = chat.getSnapshot();
  document.body.dataset.phase = phase;
  list.replaceChildren(
    ...messages.map(({ body, status, change }) => {
      const item = document.createElement('li');
      item.dataset.status = change?.status ?? status;
      item.textContent = body;
      return item;
    }),
  );
}
chat.subscribe(render);
render();
document.querySelector('form')!.addEventListener('submit', (event) => {
  event.preventDefault();
  const field = document.querySelector('input')!;
  chat.send(field.value);
  field.value = '';
});

declare global {
  interface Window {
    chat: Conversation;
    client: Client;
  }
}
Object.assign(window, { chat, client });
