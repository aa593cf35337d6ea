import { makeDashboard } from './dashboard.ts';
import { lines, number, of, rate } from './panels.ts';

const answered = (window: string, labels = '') => `sum(increase(${of('parley_surveys_total', labels)}[${window}]))`;
const csat = (window: string) => `${answered(window, 'rating=~"4|5"')} / (${answered(window)} > 0)`;

export const support = makeDashboard({
  name: 'support',
  title: 'Support',
  about: 'Who waits, how much is going on, and what customers answered. Details are on Parley’s own dashboard.',
  rows: {
    Now: [
      number({
        title: 'Waiting',
        about: 'Conversations that no agent has claimed.',
        unit: 'short',
        expr: `max(${of('parley_conversations', 'status="waiting"')})`,
      }),
      number({
        title: 'Waiting longest',
        about: 'Since that conversation was started; a reopened one counts from its start.',
        unit: 's',
        expr: `max(${of('parley_longest_waiting_seconds')})`,
        steps: [['green'], ['orange', 120], ['red', 600]],
      }),
      number({
        title: 'Open',
        about: 'Conversations that an agent is at.',
        unit: 'short',
        expr: `max(${of('parley_conversations', 'status="open"')})`,
      }),
      number({
        title: 'CSAT, last 24 hours',
        about: 'Ratings of 4 and 5 among all answers. Nothing without answers.',
        unit: 'percentunit',
        expr: `max(${of('parley_csat_ratio')})`,
        steps: [['red'], ['orange', 0.8], ['green', 0.9]],
      }),
    ],
    Course: [
      lines({
        title: 'Conversations',
        about: 'Waiting and open at once.',
        unit: 'short',
        queries: { '{{status}}': `max by (status) (${of('parley_conversations')})` },
        stacked: true,
      }),
      lines({
        title: 'Longest wait',
        about: 'The customer waiting longest at that time.',
        unit: 's',
        queries: { 'longest wait': `max(${of('parley_longest_waiting_seconds')})` },
      }),
      lines({
        title: 'Messages',
        about: 'Stored per second, now and at the same time a week ago.',
        unit: 'ops',
        queries: {
          now: `sum(${rate('parley_sends_total', 'outcome="stored"')})`,
          'a week ago': `sum(rate(${of('parley_sends_total', 'outcome="stored"')}[$__rate_interval] offset 1w))`,
        },
      }),
      lines({
        title: 'People connected',
        about: 'Authenticated sockets: a person with two devices counts twice.',
        unit: 'short',
        queries: { sockets: `sum(${of('parley_sockets')})` },
      }),
    ],
    Satisfaction: [
      lines({
        title: 'Answers by rating',
        about: 'Per hour, as first given.',
        unit: 'short',
        queries: { '{{rating}}': `sum by (rating) (increase(${of('parley_surveys_total')}[1h]))` },
        stacked: true,
      }),
      lines({
        title: 'CSAT',
        about:
          'Over the 24 hours and the 7 days before each moment. Few answers make it jump: look at their number beside it.',
        unit: 'percentunit',
        queries: {
          '24 hours': `max(${of('parley_csat_ratio')})`,
          '7 days': csat('7d'),
          target: `max(${of('parley_csat_target')})`,
        },
        max: 1,
      }),
      lines({
        title: 'Answers from the survey provider',
        about:
          'Per hour by outcome; without a provider none. Refused or failed: look at it. Duplicates are deliveries that came again.',
        unit: 'short',
        queries: { '{{outcome}}': `sum by (outcome) (increase(${of('parley_survey_provider_answers_total')}[1h]))` },
        stacked: true,
      }),
    ],
  },
});
