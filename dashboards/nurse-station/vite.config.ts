import { defineConfig } from 'vite';

/** Where `npm run dev` finds the alert engine (or `tests/fake-server.ts`). */
const backend = process.env['STATION_BACKEND'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2023',
    // The page runs under `default-src 'self'`: nothing may become a data: address or an inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { '/api': backend, '/ws': { target: backend, ws: true } },
  },
});
