import type { Resolvers } from '../generated/graphql.ts';
import { checkId, checkOptionalText, checkRange } from '../input.ts';
import { submitSurvey } from './submit-survey.ts';

/** Unicode code points: a page of text. */
const COMMENT = { max: 2_000 };

export const surveyResolvers: Resolvers = {
  Mutation: {
    submitSurvey: async (_root, { input }, { app, viewer }) => ({
      survey: await submitSurvey(app, viewer, {
        conversationId: checkId('conversationId', input.conversationId),
        rating: checkRange('rating', input.rating, 1, 5),
        comment: checkOptionalText('comment', input.comment, COMMENT),
      }),
    }),
  },
};
