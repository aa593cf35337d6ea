/* What the page of satisfaction asks for; satisfaction.test.ts holds it against the schema. */

export interface Score {
  readonly answers: number;
  readonly ratio: number | null;
  readonly average: number | null;
  readonly ratings: readonly number[];
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly nps: {
    readonly score: number;
    readonly answers: number;
    readonly promoters: number;
    readonly passives: number;
    readonly detractors: number;
  } | null;
}
export type SmallScore = Pick<Score, 'answers' | 'ratio'>;

export interface Group {
  readonly score: SmallScore & Pick<Score, 'ratings'>;
  readonly previous: SmallScore;
}
export type AgentGroup = Group & { readonly agent: { readonly id: string; readonly name: string } | null };
export type QueueGroup = Group & { readonly queue: string | null };
export type TopicGroup = Group & { readonly topic: string | null };

export interface Satisfaction {
  readonly from: string;
  readonly to: string;
  readonly total: Score;
  readonly previous: Score;
  readonly points: readonly { readonly start: string; readonly end: string; readonly score: Score }[];
  readonly responses: { readonly asked: number; readonly answered: number; readonly ratio: number | null };
  readonly byAgent: readonly AgentGroup[];
  readonly byQueue: readonly QueueGroup[];
  readonly byTopic: readonly TopicGroup[];
  readonly questions: readonly {
    readonly question: { readonly id: string; readonly text: string; readonly kind: 'SCALE' | 'YES_NO' | 'TEXT' };
    readonly answers: number;
    readonly average: number | null;
    readonly counts: readonly number[];
  }[];
}

export interface Result {
  readonly survey: {
    readonly id: string;
    readonly conversationId: string;
    readonly rating: number;
    readonly comment: string | null;
    readonly nps: number | null;
    readonly submittedAt: string;
    readonly answers: readonly {
      readonly question: { readonly text: string; readonly kind: 'SCALE' | 'YES_NO' | 'TEXT' };
      readonly value: number | null;
      readonly text: string | null;
    }[];
  };
  readonly subject: string | null;
  readonly queue: string | null;
  readonly topic: string | null;
  readonly agent: { readonly id: string; readonly name: string } | null;
  readonly customer: { readonly name: string };
  readonly lastMessageId: string | null;
}

export interface ResultPage {
  readonly surveyResults: {
    readonly edges: readonly { readonly node: Result }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

const score = `fragment ScoreParts on SatisfactionScore {
  answers ratio average ratings interval { low high } nps { score answers promoters passives detractors }
}`;

export const satisfactionQuery = `query Satisfaction($filter: SatisfactionFilter!, $bucket: KpiBucket!, $timeZone: String!) {
  satisfaction(filter: $filter, bucket: $bucket, timeZone: $timeZone) {
    from
    to
    total { ...ScoreParts }
    previous { ...ScoreParts }
    points { start end score { ...ScoreParts } }
    responses { asked answered ratio }
    byAgent { agent { id name } score { answers ratio ratings } previous { answers ratio } }
    byQueue { queue score { answers ratio ratings } previous { answers ratio } }
    byTopic { topic score { answers ratio ratings } previous { answers ratio } }
    questions { question { id text kind } answers average counts }
  }
} ${score}`;

/** What a part of the range can be chosen by; the figures of all the rest are not counted for it. */
export const satisfactionPartsQuery = `query SatisfactionParts(
  $filter: SatisfactionFilter!
  $bucket: KpiBucket!
  $timeZone: String!
) {
  satisfaction(filter: $filter, bucket: $bucket, timeZone: $timeZone) {
    points { start end score { answers ratio } }
  }
}`;

const result = `fragment ResultParts on SurveyResult {
  survey { id conversationId rating comment nps submittedAt answers { question { text kind } value text } }
  subject
  queue
  topic
  agent { id name }
  customer { name }
  lastMessageId
}`;

export const surveyResultsQuery = `query SurveyResults(
  $filter: SatisfactionFilter!
  $only: SurveyResultFilter
  $first: Int = 20
  $after: String
) {
  surveyResults(filter: $filter, only: $only, first: $first, after: $after) {
    edges { node { ...ResultParts } }
    pageInfo { hasNextPage endCursor }
  }
} ${result}`;

export const newestSurveyResultsSubscription = `subscription NewestSurveyResults {
  newestSurveyResults { ...ResultParts }
} ${result}`;
