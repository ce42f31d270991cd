import { expect, it } from 'vitest';
import { BATCH_STATES, type BatchState } from './words';
import { offered } from './verbs';

it('offers what a state allows, and nothing that pays what was not approved', () => {
  const rows = (Object.keys(BATCH_STATES) as BatchState[]).flatMap((state) =>
    [0, 2].map((approvalsNeeded) => `${state} (${approvalsNeeded}): ${offered({ state, approvalsNeeded, interrupted: true, failed: 3, own: true }).join(' ')}`),
  );
  expect(rows).toMatchInlineSnapshot(`
    [
      "draft (0): cancel",
      "draft (2): cancel",
      "pending (0): execute recall cancel",
      "pending (2): recall cancel",
      "approved (0): execute recall cancel",
      "approved (2): execute recall cancel",
      "rejected (0): reopen",
      "rejected (2): reopen",
      "processing (0): pause interrupt",
      "processing (2): pause interrupt",
      "paused (0): resume interrupt",
      "paused (2): resume interrupt",
      "completed (0): ",
      "completed (2): ",
      "partially_completed (0): retryFailed resume skipFailed",
      "partially_completed (2): retryFailed resume skipFailed",
      "failed (0): retryFailed resume skipFailed",
      "failed (2): retryFailed resume skipFailed",
      "cancelled (0): ",
      "cancelled (2): ",
    ]
  `);
});
