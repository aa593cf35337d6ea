import { forbidden } from '../errors.ts';
import type { Resolvers } from '../generated/graphql.ts';
import type { App } from '../graphql/app-parts.ts';
import { checkText } from '../input.ts';
import { claimVisit } from './claim-visit.ts';
import { renewVisit } from './renew-visit.ts';
import type { VisitTokens } from './visit-tokens.ts';

/** As it stands in a list. */
const NAME = { min: 1, max: 100 };

export const visitResolvers: Resolvers = {
  Mutation: {
    startVisit: async (_root, { input }, { app, address }) => {
      const visitTokens = tokensOf(app);
      const name = checkText('name', input?.name ?? 'Visitor', NAME);
      app.limits.spend('visits_per_address', address);
      return { visit: await visitTokens.sign(visitTokens.begin(name)) };
    },
    renewVisit: async (_root, { input }, { app }) => ({
      visit: await renewVisit({ ...app, visitTokens: tokensOf(app) }, input.visitToken),
    }),
    claimVisit: async (_root, { input }, { app, viewer }) => ({
      conversations: await claimVisit({ ...app, visitTokens: tokensOf(app) }, viewer, input.visitToken),
    }),
  },
};

function tokensOf({ visitTokens }: App): VisitTokens {
  if (!visitTokens) throw forbidden('Visits need AUTH_SECRET to be set in production.');
  return visitTokens;
}
