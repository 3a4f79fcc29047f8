/** Where the pages begin. */
import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.css';
import '@mantine/spotlight/styles.css';
import './shell/styles.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { listen } from './client/events.ts';
import { queryClient } from './client/rpc.ts';
import { router } from './shell/routes.tsx';
import { colors, theme } from './shell/theme.ts';

// The page's policy forbids code made at run time; zod then need not try.
z.config({ jitless: true });
void listen();
createRoot(document.getElementById('root')!).render(
  <MantineProvider theme={theme} cssVariablesResolver={colors} defaultColorScheme="auto">
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </MantineProvider>,
);
