/* What the page of the support desk asks for; support-desk.test.ts holds it against the schema. */

export interface SupportDesk {
  readonly kpiOverview: {
    readonly waitingConversations: number;
    readonly openConversations: number;
    readonly closedConversations: number;
  };
  readonly agentLoads: readonly {
    readonly agent: { readonly id: string; readonly name: string; readonly online: boolean };
    readonly open: number;
    readonly unanswered: number;
  }[];
}

export const supportDeskQuery = `query SupportDesk {
  kpiOverview(windowMinutes: 1) { waitingConversations openConversations closedConversations }
  agentLoads { agent { id name online } open unanswered }
}`;

export interface Traffic {
  readonly trafficByHour: readonly {
    readonly weekday: number;
    readonly hour: number;
    readonly messagesPerHour: number | null;
  }[];
}

export const trafficQuery = `query Traffic($from: DateTime!, $to: DateTime!, $timeZone: String!) {
  trafficByHour(from: $from, to: $to, timeZone: $timeZone) { weekday hour messagesPerHour }
}`;

export const supportMetrics = [
  'WAITING_TIME',
  'FIRST_RESPONSE_TIME',
  'RESOLUTION_TIME',
  'CONVERSATIONS_STARTED',
  'CONVERSATIONS_CLOSED',
  'MESSAGES_PER_CONVERSATION',
  'REOPENED_RATIO',
  'ABANDONED_RATIO',
] as const;
