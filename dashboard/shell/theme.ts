import {
  Alert,
  Anchor,
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
} from '@mantine/core';

/** A quiet green-blue: far from the colours that mean good, bad and link. */
const parley: MantineColorsTuple = [
  '#eefaf7',
  '#d8f2ec',
  '#b0e4d9',
  '#82d3c3',
  '#53bfab',
  '#2fa893',
  '#188f7b',
  '#0f7465',
  '#0d5d52',
  '#0b4a42',
];

/** Mantine's greys of the dark scheme, turned towards the same hue. */
const dark: MantineColorsTuple = [
  '#e3ebe9',
  '#b8c4c2',
  '#9aaaa7',
  '#74837f',
  '#3a4846',
  '#2b3735',
  '#1d2725',
  '#161e1d',
  '#0e1413',
  '#090d0c',
];

export const theme = createTheme({
  colors: { parley, dark },
  primaryColor: 'parley',
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  // Mantine picks the text on a filled button for the light scheme's shade; the dark one is lighter and wants dark text.
  variantColorResolver(input) {
    const colors = defaultVariantColorsResolver(input);
    const primary = input.variant === 'filled' && (input.color ?? 'parley') === 'parley';
    return primary ? { ...colors, color: 'var(--mantine-primary-color-contrast)' } : colors;
  },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  headings: { fontWeight: '650' },
  components: {
    Anchor: Anchor.extend({ defaultProps: { underline: 'always' } }),
    // Its coloured variants put text of the colour on a tint of it, which is too faint; here the icon alone is coloured.
    Alert: Alert.extend({
      defaultProps: { variant: 'default' },
      styles: { title: { color: 'var(--mantine-color-text)' } },
    }),
  },
});

/** Surfaces and texts; every text colour here has at least 4.5 : 1 on every surface it is used on (WCAG AA). */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f5f7f7',
    '--mantine-color-text': '#14201f',
    '--mantine-color-dimmed': '#566462',
    '--mantine-color-placeholder': '#566462',
    '--mantine-color-anchor': '#0d6a5d',
    '--parley-card': '#ffffff',
    '--parley-line': '#dfe5e4',
    '--parley-sunken': '#eef2f1',
    '--parley-good': '#0b6b43',
    '--parley-bad': '#b3261e',
    '--parley-own': '#0f7465',
    '--parley-own-text': '#ffffff',
    '--parley-own-dim': '#d3ece6',
  },
  dark: {
    '--mantine-color-body': '#0e1413',
    '--mantine-color-text': '#e3ebe9',
    '--mantine-color-dimmed': '#9aaaa7',
    '--mantine-color-placeholder': '#9aaaa7',
    '--mantine-color-anchor': '#6fd0bd',
    '--parley-card': '#161e1d',
    '--parley-line': '#283331',
    '--parley-sunken': '#1d2725',
    '--parley-good': '#63cf9c',
    '--parley-bad': '#ff9d93',
    '--parley-own': '#0d5d52',
    '--parley-own-text': '#f0faf8',
    '--parley-own-dim': '#b9dcd4',
  },
});
