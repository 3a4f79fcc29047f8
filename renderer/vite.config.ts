/** Builds the workbench's pages into dist/renderer; plots and pages that are not the first are loaded when they are needed. */
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
  build: {
    outDir: join(import.meta.dirname, '..', 'dist', 'renderer'),
    emptyOutDir: true,
    target: 'es2023',
    minify: true,
    // Everything from our own server: no preload helper that fetches from elsewhere, no inlined fonts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
});
