/** Those who work at the demo's desk. Made up, as all of it is. */
export type Agent = {
  readonly id: string;
  readonly externalId: string;
  readonly name: string;
  /** 0 to 1: how well they help. */
  readonly skill: number;
  /** How much longer than others they take. */
  readonly pace: number;
  /** Hours of the clock; days as Date.getDay() has them. */
  readonly shift: { readonly from: number; readonly to: number; readonly days: readonly number[] };
};

const WORKING_DAYS = [1, 2, 3, 4, 5];
const staff: readonly [name: string, skill: number, pace: number, from: number, to: number, days: readonly number[]][] =
  [
    ['Ada Lindqvist', 0.96, 0.8, 8, 16, WORKING_DAYS],
    ['Ben Okafor', 0.9, 1, 9, 17, WORKING_DAYS],
    ['Chiara Rossi', 0.93, 0.9, 10, 18, WORKING_DAYS],
    ['Dmitri Sokolov', 0.84, 1.1, 13, 21, WORKING_DAYS],
    ['Emi Tanaka', 0.94, 0.85, 15, 23, WORKING_DAYS],
    ['Farid Haddad', 0.88, 1, 8, 16, [0, 4, 5, 6]],
    ['Grace Mensah', 0.9, 1, 14, 22, [0, 1, 2, 6]],
    ['Henrik Vogel', 0.62, 1.6, 9, 17, WORKING_DAYS],
  ];

/** Readable and always the same, so that a link to one lives longer than a demo. */
const idOf = (n: number) => `de300000-0000-7000-8000-${String(n).padStart(12, '0')}`;

export const agents: readonly Agent[] = staff.map(([name, skill, pace, from, to, days], i) => ({
  id: idOf(i + 1),
  externalId: `demo-agent-${name.split(' ')[0]!.toLowerCase()}`,
  name,
  skill,
  pace,
  shift: { from, to, days },
}));

export const firstNames =
  'Alma Amir Bea Carlos Dana Elif Emil Fatima Felix Greta Hana Hugo Ida Ivan Jana Jonas Kaya Leo Lina Luca Mara Marek Mila Nadia Noah Nora Olga Omar Paula Petra Rafael Rosa Samir Sara Sofia Tariq Theo Vera Yara Zoe'.split(
    ' ',
  );
