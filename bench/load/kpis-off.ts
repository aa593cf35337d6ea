/**
 * What makes a Parley that measures no key figures of one that does, for the row that says what they cost: nothing is
 * counted, timed, stored or added up, and the support desk is not looked at. There is no switch for it in the server; the
 * canary and the continuous audit have one each.
 */
export const kpisOff: Readonly<Record<string, readonly (readonly [text: string, by: string])[]>> = {
  'kpis/kpi-recorder.ts': [
    ['    latency(metric, ms) {\n', '    latency(metric, ms) {\n      return;\n'],
    ['    count(metric, n = 1) {\n', '    count(metric, n = 1) {\n      return;\n'],
    ['    start: () => flushing.start(),\n', '    start() {},\n'],
  ],
  'kpis/slow-messages.ts': [['    note(messageId, took) {\n', '    note(messageId, took) {\n      return;\n']],
  'kpis/keep-kpis.ts': [['enabled: true', 'enabled: false']],
  'conversations/measure-support.ts': [
    ['      if (!isStaff(viewer) || answered.has(conversationId)) return;\n', '      return;\n'],
    [
      '    closed(viewer, { id, createdAt, closedAt }) {\n',
      '    closed(viewer, { id, createdAt, closedAt }) {\n      return;\n',
    ],
  ],
};
