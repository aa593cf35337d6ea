import { Button, NumberInput, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type Client, ParleyError } from '../../client/index.ts';
import { Icon } from '../shell/icon.tsx';
import { comparisonText, fromShown, setTargetMutation, type TargetedKpi, toShown, unitText } from './kpi-target.ts';
import classes from './settings.module.css';

interface TargetRowProps {
  client: Client;
  kpi: TargetedKpi;
  onChange(kpi: TargetedKpi): void;
}

/** One key figure and what it is held to. */
export function TargetRow({ client, kpi, onChange }: TargetRowProps) {
  const stored = kpi.target ? toShown(kpi, kpi.target.value) : '';
  const [draft, setDraft] = useState<number | string>(stored);
  const [said, setSaid] = useState<{ text: string; wrong: boolean } | null>(null);
  const [saving, setSaving] = useState(false);

  async function save(value: number | null) {
    setSaving(true);
    try {
      const input = { metric: kpi.metric, value };
      const { setKpiTarget } = await client.request<{ setKpiTarget: { kpi: TargetedKpi } }>(setTargetMutation, {
        input,
      });
      onChange(setKpiTarget.kpi);
      const { target } = setKpiTarget.kpi;
      setDraft(target ? toShown(setKpiTarget.kpi, target.value) : '');
      setSaid({ text: 'Saved', wrong: false });
    } catch (error) {
      setSaid({ text: error instanceof ParleyError ? error.message : 'It could not be saved.', wrong: true });
    } finally {
      setSaving(false);
    }
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    void save(draft === '' ? null : fromShown(kpi, Number(draft)));
  }

  const isForecast = kpi.unit === 'COUNT';
  return (
    <li className={classes.row} data-metric={kpi.metric}>
      <div>
        <h3 className={classes.name}>{kpi.name}</h3>
        <Text size="sm" c="dimmed">
          {kpi.definition}
        </Text>
      </div>
      <form className={classes.form} onSubmit={submit}>
        <NumberInput
          className={classes.input}
          label={isForecast ? 'Forecast' : `Target: ${comparisonText[kpi.comparison!]}`}
          aria-label={`${kpi.name}: ${isForecast ? 'forecast' : `target, ${comparisonText[kpi.comparison!]}`}`}
          placeholder={isForecast ? 'No forecast' : undefined}
          value={draft}
          onChange={(value) => {
            setDraft(value);
            setSaid(null);
          }}
          suffix={unitText[kpi.unit] && ` ${unitText[kpi.unit]}`}
          min={0}
          max={kpi.unit === 'RATIO' ? 100 : undefined}
          decimalScale={isForecast ? 0 : 4}
          allowNegative={false}
          hideControls
        />
        <Button type="submit" variant="default" loading={saving} disabled={draft === stored}>
          Save
        </Button>
        {kpi.isOwnTarget && (
          <Button variant="subtle" color="gray" onClick={() => save(null)} disabled={saving}>
            {isForecast ? 'Remove' : 'Default'}
          </Button>
        )}
        <span role="status" className={classes.said} data-wrong={said?.wrong || undefined}>
          {said && (
            <>
              <Icon name={said.wrong ? 'alert' : 'check'} size={16} /> {said.text}
            </>
          )}
        </span>
      </form>
    </li>
  );
}
