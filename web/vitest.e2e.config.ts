import { defineConfig } from 'vitest/config';

// One browser and one server for each file. Two files at once: one waits for the next code of a second factor while the
// other works.
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    testTimeout: 90_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    bail: 0,
  },
});
