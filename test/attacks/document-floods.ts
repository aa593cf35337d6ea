import { randomUUID } from 'node:crypto';

/** Documents that ask for more than anybody needs, with the limit that each runs into. */
export type Flood = {
  readonly what: string;
  readonly document: string;
  readonly limit: string;
  readonly code?: string;
};

const id = randomUUID();
const times = (n: number, make: (i: number) => string) => Array.from({ length: n }, (_, i) => make(i)).join(' ');

/** Each fragment spreads the next one twice: 2^n fields in a kilobyte. */
const doubling = (n: number) =>
  `{ viewer { ...f0 } } ${times(n, (i) => `fragment f${i} on Participant { ...f${i + 1} ... @include(if: true) { ...f${i + 1} } }`)} fragment f${n} on Participant { id }`;

export const floods: readonly Flood[] = [
  { what: 'a thousand aliases', document: `{ ${times(150, (i) => `a${i}: viewer { id }`)} }`, limit: 'aliases' },
  {
    what: 'a mutation repeated by aliases',
    document: `mutation { ${times(40, (i) => `a${i}: startConversation(input: {}) { conversation { id } }`)} }`,
    limit: 'aliases',
  },
  {
    what: 'aliases out of a fragment that is spread again and again',
    document: `{ viewer { ${times(10, () => '...f')} } } fragment f on Participant { a: id b: id c: id d: id }`,
    limit: 'aliases',
  },
  {
    what: 'one field again and again',
    document: `{ viewer { ${times(1_000, () => 'id')} } }`,
    limit: 'tokens',
    code: 'GRAPHQL_PARSE_FAILED',
  },
  { what: 'directives', document: `{ viewer { ${times(40, () => 'id @include(if: true)')} } }`, limit: 'directives' },
  {
    what: 'directives on one field',
    document: `{ viewer { id ${times(100, () => '@include(if: true)')} } }`,
    limit: 'directives',
  },
  { what: 'fragments that double', document: doubling(25), limit: 'directives' },
  {
    what: 'depth',
    document: `{ ${'viewer { '.repeat(20)} id ${'}'.repeat(20)} }`,
    limit: 'depth',
  },
  {
    what: 'depth through fragments',
    document: `{ viewer { ...f0 } } ${times(15, (i) => `fragment f${i} on Participant { viewer { ...f${i + 1} } }`)} fragment f15 on Participant { id }`,
    limit: 'depth',
  },
  {
    what: 'pages in pages',
    document:
      '{ conversations(first: 100) { edges { node { messages(first: 100) { edges { node { id body sender { id name } } } } } } } }',
    limit: 'cost',
  },
  {
    what: 'pages in pages, by a default',
    document:
      '{ conversations { edges { node { messages { edges { node { id body version status createdAt } } } } } } }',
    limit: 'cost',
  },
  {
    what: 'a long comment',
    document: `{ viewer { id } } # ${'x'.repeat(20_000)}`,
    limit: 'characters',
  },
  {
    what: 'a document of a hundred thousand tokens',
    document: `{ ${times(10_000, (i) => `a${i}: node(id: "${id.slice(0, 4)}") { id }`).slice(0, 200_000)}`,
    limit: 'characters',
  },
];

/** Refused by GraphQL's own rules, in little time. */
export const invalid: readonly string[] = [
  '{ viewer { ...f } } fragment f on Participant { ...f }',
  '{ viewer { ...a } } fragment a on Participant { ...b } fragment b on Participant { ...a }',
  // Fields that have to be compared with each other.
  `{ ${times(100, (i) => `node(id: "${i}") { id }`)} }`,
  `query (${times(200, (i) => `$v${i}: Int`)}) { viewer { id } }`,
];
