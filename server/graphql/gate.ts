import { type AllowedOrigins, createAllowedOrigins } from '../allowed-origins.ts';
import * as canaryDocuments from '../canary/canary-documents.ts';
import { type ClientAddress, createClientAddress } from '../client-address.ts';
import { type GuardedAuthenticate, guardLogins } from '../rate-limit/guard-logins.ts';
import { type AdmitOperation, createAdmitOperation } from './admit-operation.ts';
import type { App } from './app-parts.ts';
import { createDocumentLimits, type DocumentLimits } from './document-limits.ts';
import { loadTrustedDocuments } from './load-trusted-documents.ts';
import { createPrepareDocument, type PrepareDocument } from './prepare-document.ts';

/** What stands before every operation, on both transports alike: who may come, with what, and how much of it. */
export type Gate = {
  readonly addressOf: ClientAddress;
  readonly origins: AllowedOrigins;
  readonly authenticate: GuardedAuthenticate;
  readonly documents: DocumentLimits;
  readonly prepare: PrepareDocument;
  readonly admit: AdmitOperation;
};

export function createGate(app: App): Gate {
  const { config, limits, authenticate } = app;
  const documents = createDocumentLimits(
    config,
    limits.refused,
    config.TRUSTED_DOCUMENTS
      ? new Set([...loadTrustedDocuments(config.TRUSTED_DOCUMENTS), ...Object.values(canaryDocuments)])
      : undefined,
  );
  const production = config.NODE_ENV === 'production';
  return {
    addressOf: createClientAddress(config),
    origins: createAllowedOrigins(config),
    authenticate: guardLogins({ authenticate, limits }),
    documents,
    prepare: createPrepareDocument({ schema: app.schema, production, limits: documents }),
    admit: createAdmitOperation(app),
  };
}
