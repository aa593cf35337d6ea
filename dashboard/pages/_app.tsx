import '../shell/component-styles.ts';
import '../shell/global.css';
import { MantineProvider } from '@mantine/core';
import type { AppProps } from 'next/app';
import { SessionProvider } from '../session/session.tsx';
import { styleNonce, tellLibraries } from '../shell/style-nonce.ts';
import { cssVariables, theme } from '../shell/theme.ts';

tellLibraries();

export default function App({ Component, pageProps }: AppProps) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <SessionProvider>
        <Component {...pageProps} />
      </SessionProvider>
    </MantineProvider>
  );
}
