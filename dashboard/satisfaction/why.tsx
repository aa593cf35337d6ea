import { Button } from '@mantine/core';
import type { KpiDefinition } from '../overview/kpi-series.ts';
import { type Cause, explainChange, shareText } from './explain-change.ts';
import classes from './satisfaction.module.css';
import type { Satisfaction } from './satisfaction.ts';

interface WhyProps {
  data: Satisfaction;
  csat: KpiDefinition | undefined;
  words: string;
  onChoose(cause: Cause): void;
}

const kindText = { agent: '', queue: 'Queue ', topic: 'Topic ' } as const;

/** The manager's question in one sentence: has it fallen, and where do the dissatisfied answers come from? */
export function Why({ data, csat, words, onChoose }: WhyProps) {
  const { total, previous } = data;
  const causes = explainChange(data);
  if (total.ratio === null || causes.length === 0) return null;
  const fell = previous.ratio !== null && total.ratio < previous.ratio;
  const under = csat?.target !== null && csat !== undefined && total.ratio < csat.target.value;
  const title = fell
    ? `Satisfaction fell from ${shareText(previous.ratio)} in the ${words} before to ${shareText(total.ratio)}`
    : under
      ? `Satisfaction is under its target, at ${shareText(total.ratio)}`
      : 'Where dissatisfied answers come from';
  return (
    <section className={classes.why} aria-labelledby="why">
      <h2 id="why" className={classes.whyTitle}>
        {title}
      </h2>
      <ul className={classes.causes}>
        {causes.map((cause) => (
          <li key={cause.kind + cause.id}>
            <Button variant="default" size="compact-md" onClick={() => onChoose(cause)}>
              {kindText[cause.kind]}
              {cause.name}
            </Button>
            <span>{cause.text}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
