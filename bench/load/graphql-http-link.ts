import { Agent, request as httpRequest } from 'node:http';
import { type Answer, type Answered, documents, type Link } from './link.ts';

/** One agent for all, so that connections are kept and no more are open than requests are under way. */
const agent = new Agent({ keepAlive: true, maxSockets: 512 });

/** Mutations over HTTP; what is followed comes over the socket that is given. */
export function overHttp(url: string, token: string | undefined, socket: Link): Link {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
  const request = (query: string, input: object) =>
    new Promise<Answered>((resolve, reject) => {
      const body = JSON.stringify({ query, variables: { input } });
      const outgoing = httpRequest(
        url,
        { agent, method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('end', () => {
            const { data, errors }: Answer = JSON.parse(Buffer.concat(chunks).toString());
            if (errors) reject(new Error(errors[0]?.message));
            else resolve(data);
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  return {
    ...socket,
    send: async (message) => (await request(documents.send, message)).sendMessage.message.seq,
  };
}
