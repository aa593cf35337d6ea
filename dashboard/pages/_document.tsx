import { mantineHtmlProps } from '@mantine/core';
import { Head, Html, Main, NextScript } from 'next/document';
import { DEMO_PLACE } from '../shell/demo-notice.tsx';
import { NONCE_PLACE } from '../shell/style-nonce.ts';

export default function Document() {
  return (
    <Html lang="en" {...mantineHtmlProps}>
      <Head nonce={NONCE_PLACE}>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        {/* Before the first paint, and a file of its own, so that the pages hold no inline script and the CSP can forbid them. */}
        <script src="/color-scheme.js" />
      </Head>
      <body data-demo={DEMO_PLACE}>
        <Main />
        <NextScript />
      </body>
    </Html>
  );
}
