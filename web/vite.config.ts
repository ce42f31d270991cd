import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import type { ProxyOptions } from 'vite';
import { defineConfig } from 'vitest/config';

const server = process.env.SLUICE_URL ?? 'http://127.0.0.1:8080';

// The server accepts requests from its own origin only, so the proxy names the server as the origin.
const toServer: ProxyOptions = {
  target: server,
  changeOrigin: true,
  ws: true,
  configure: (proxy) => {
    proxy.on('proxyReq', (request) => request.setHeader('origin', server));
    proxy.on('proxyReqWs', (request) => request.setHeader('origin', server));
  },
};

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: { '/api': toServer, '/socket.io': toServer, '/readyz': toServer } },
  build: {
    target: 'baseline-widely-available',
    // The page's policy allows no data: URL for scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    chunkSizeWarningLimit: 900,
    // `npm run sizes` measures what matters.
    reportCompressedSize: false,
  },
  test: {
    environment: 'node',
    // The tests share no state that one could leave behind: one module graph for all, which is a third of the time.
    pool: 'threads',
    isolate: false,
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx'],
  },
});
