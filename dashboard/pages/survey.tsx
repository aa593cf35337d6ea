import Head from 'next/head';
import { DemoNotice } from '../shell/demo-notice.tsx';
import { LinkedSurvey } from '../survey/linked-survey.tsx';
import classes from '../survey/survey.module.css';

/** For customers, who have nothing to do with the dashboard: no navigation, and nobody signs in. */
export default function SurveyPage() {
  return (
    <>
      <Head>
        <title>Your answer</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="referrer" content="no-referrer" />
      </Head>
      <DemoNotice />
      <main className={classes.page}>
        <div className={classes.card}>
          <LinkedSurvey />
        </div>
      </main>
    </>
  );
}
