/* In the browser: puts GraphiQL on the page, with the dashboard's session as its token where there is one. */

import { createClient } from '/graphql/graphiql/graphql-ws/client.js';

self.MonacoEnvironment = {
  getWorker: (_module, label) =>
    new Worker(`/graphql/graphiql/${{ json: 'json', graphql: 'graphql' }[label] ?? 'editor'}.worker.js`),
};

/** A token lasts 15 minutes; this much before its end, in ms, a new one is asked for. */
const RENEW_BEFORE_MS = 60_000;

let session = null;

/** "Bearer …" for who is signed in to the dashboard; undefined for everybody else. */
async function sessionAuthorization() {
  if (session && Date.parse(session.expiresAt) - Date.now() > RENEW_BEFORE_MS) return `Bearer ${session.token}`;
  const response = await fetch('/auth/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  session = response.ok ? await response.json() : null;
  return session ? `Bearer ${session.token}` : undefined;
}

/** What the Headers editor says wins: that is how to act as somebody else. */
async function headersWith(typed = {}) {
  const given = Object.fromEntries(Object.entries(typed).map(([name, value]) => [name.toLowerCase(), value]));
  const authorization = given.authorization ?? (await sessionAuthorization());
  return authorization ? { ...given, authorization } : given;
}

function isSubscription(params, document) {
  const operations = (document?.definitions ?? []).filter(({ kind }) => kind === 'OperationDefinition');
  const chosen = operations.find(({ name }) => name?.value === params.operationName) ?? operations[0];
  return chosen?.operation === 'subscription';
}

/**
 * For a moment after another tab was chosen, the editor still says the operation of the one before: then the name is left
 * out, and the document goes by the socket, which takes any.
 */
function run(params, { documentAST, headers } = {}) {
  if (documentAST && documentAST.loc?.source.body !== params.query)
    return follow({ ...params, operationName: undefined }, headers);
  return isSubscription(params, documentAST) ? follow(params, headers) : post(params, headers);
}

async function post(params, typedHeaders) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
      ...(await headersWith(typedHeaders)),
    },
    body: JSON.stringify(params),
  });
  return response.json();
}

async function* follow(params, typedHeaders) {
  const { authorization } = await headersWith(typedHeaders);
  const client = createClient({
    url: new URL('/graphql', location.href).href.replace(/^http/, 'ws'),
    connectionParams: { authorization },
    retryAttempts: 0,
  });
  try {
    yield* client.iterate(params);
  } catch (error) {
    // A close event says nothing when it is printed.
    throw error instanceof CloseEvent ? new Error(`The socket was closed: ${error.code} ${error.reason}`) : error;
  }
}

const signedIn = (await sessionAuthorization()) !== undefined;

const whoAmI = signedIn
  ? '# You are signed in as a manager, through the dashboard.'
  : `# You are not signed in. Open the link that "npm start" prints, or put a token into Headers below:
#   { "Authorization": "Bearer …" }     npm run -s token -- --role manager --name "Ada"`;

const query = `${whoAmI}
# To act as somebody else, put their token into Headers:
#   npm run -s token -- --role agent --name "Ada"

query WhatIsGoingOn {
  viewer { name role }
  conversations(first: 5) {
    edges {
      node {
        id
        status
        subject
        headSeq
        messages(last: 3) {
          edges { node { seq sender { name } body status } }
        }
      }
    }
  }
}
`;

const subscription = `# Live, over a WebSocket on the same address.
subscription Live {
  kpiOverview {
    at
    messagesInWindow
    participantsOnline
    openConversations
    acceptedToCommit { p50Ms p95Ms }
  }
}
`;

YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), {
  title: 'Parley',
  logo: '<img src="/icon.svg" width="28" height="28" alt="">',
  fetcher: run,
  defaultTabs: [{ query }, { query: subscription }],
  // Tokens do not belong into the browser's storage.
  shouldPersistHeaders: false,
});
