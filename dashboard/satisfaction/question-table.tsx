import { count, decimal } from '../overview/format.ts';
import overview from '../overview/overview.module.css';
import { shareText } from './explain-change.ts';
import classes from './satisfaction.module.css';
import type { Satisfaction } from './satisfaction.ts';

type Question = Satisfaction['questions'][number];

/** How the managers' own questions were answered; what was said in words stands with the answers. */
export function QuestionTable({ questions }: { questions: readonly Question[] }) {
  return (
    <section className={overview.chartCard} aria-label="Your questions">
      <h3 className={overview.chartTitle}>Your questions</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it. */}
      <section className={classes.groupBox} tabIndex={0} aria-label="Your questions, table">
        <table className={overview.table}>
          <thead>
            <tr>
              {['Question', 'Result', 'How often each', 'Answers'].map((cell) => (
                <th key={cell} scope="col">
                  {cell}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {questions.map((one) => (
              <tr key={one.question.id}>
                <th scope="row">{one.question.text}</th>
                <td>{resultText(one)}</td>
                <td>{countsText(one)}</td>
                <td>{count(one.answers)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function resultText({ question: { kind }, average }: Question): string {
  if (average === null) return 'In words, see below';
  return kind === 'SCALE' ? `${decimal(average)} of 5` : `${shareText(average)} yes`;
}

function countsText({ question: { kind }, counts }: Question): string {
  if (kind === 'TEXT') return '–';
  const names = kind === 'SCALE' ? ['1', '2', '3', '4', '5'] : ['No', 'Yes'];
  return counts.map((n, i) => `${names[i]}: ${count(n)}`).join(' · ');
}
