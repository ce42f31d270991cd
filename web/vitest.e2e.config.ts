import { defineConfig } from 'vitest/config';

// One browser and one server for each file; on two cores more files at once only slow each other down.
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    testTimeout: 90_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    bail: 0,
  },
});
