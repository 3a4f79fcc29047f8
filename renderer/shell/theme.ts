/** The look: calm paper and ink, one river green, figures that line up. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const river: MantineColorsTuple = ['#effcf9', '#d5f5ef', '#a9e9de', '#78dccb', '#4fcfba', '#2fb9a3', '#0f8f80', '#0f766e', '#115e59', '#134e4a'];

export const theme = createTheme({
  primaryColor: 'river',
  primaryShade: 7,
  colors: { river },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  headings: { fontFamily: "'Inter Variable', system-ui, sans-serif", fontWeight: '620', sizes: { h1: { fontSize: '1.6rem' }, h2: { fontSize: '1.2rem' }, h3: { fontSize: '1.02rem' } } },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  autoContrast: true,
  components: { Badge: { defaultProps: { tt: 'none' } } },
});

/** Quiet words that still read: 4.5 to 1 and more on either ground. */
export const colors: CSSVariablesResolver = () => ({
  variables: {},
  light: { '--mantine-color-dimmed': '#55605e', '--mantine-color-placeholder': '#66706e' },
  dark: { '--mantine-color-dimmed': '#a9b6b3', '--mantine-color-placeholder': '#93a09d', '--mantine-color-body': '#151b1a' },
});
