// Follows document 000's pages: the wizard, the progress view with its socket, the list, retry, resume and interrupt.
// Prints what the pages show; the exit code is 0 if everything was as the document says.
//
//   URL=http://127.0.0.1:8080 API_KEY=sluice_… node document-000.mjs
//
// The key needs every batch scope. Accounts (made by accounts.mjs): SOURCE (default PAY) with money, and COUNT (default
// 10000) payees numbered PREFIX (default A) followed by 0, 1, 2…

import assert from 'node:assert/strict';
import { batchTransferApi, io } from './api.mjs';

const { SOURCE = 'PAY', PREFIX = 'A', COUNT = '10000' } = process.env;
const count = Number(COUNT);
const message = { success: (text) => console.log(text), error: (text) => assert.fail(text) };
const taken = (response) => {
  assert.equal(response.success, true, JSON.stringify(response));
  return response.data;
};

// Section 6.2: the component, with React's part written out.
function BatchTransferProgress({ batchId, onProgress }) {
  let progress = { status: 'pending', progress: 0, totalCount: 0, successCount: 0, failedCount: 0, currentRelation: null };
  const seen = [];
  const waiting = new Set();
  const setProgress = (data) => {
    progress = data;
    seen.push(data);
    onProgress?.(data);
    for (const one of [...waiting]) {
      if (one.test(data)) {
        waiting.delete(one);
        one.done(data);
      }
    }
  };

  const socket = io();

  // 加入批量转账房间
  socket.emit('join_room', `batch_transfer_${batchId}`);

  // 监听进度更新
  socket.on('progress_update', (data) => {
    setProgress(data);
  });
  socket.on('connect_error', (error) => message.error(`connect_error: ${error.message}`));
  socket.on('room_error', (error) => message.error(`room_error: ${JSON.stringify(error)}`));

  return {
    seen,
    until: (what, test) =>
      new Promise((done, failed) => {
        if (test(progress)) {
          done(progress);
          return;
        }
        const give = (run) => (data) => {
          clearTimeout(timer);
          run(data);
        };
        const timer = setTimeout(
          () => failed(new Error(`no ${what}; last progress: ${JSON.stringify(progress)}`)),
          120_000,
        );
        waiting.add({ test, done: give(done) });
      }),
    disconnect: () => socket.disconnect(),
  };
}

const hasEnded = (data) => ['completed', 'failed'].includes(data.status);

// Section 4.1: the three steps.
async function create(name) {
  const relations = Array.from({ length: count }, (_, k) => ({
    contactType: 'inner',
    targetIdentifier: `${PREFIX}${k}`,
    amount: '1.00',
  }));
  const made = taken(
    await batchTransferApi.createBatchTransfer({
      name,
      type: 'one_to_many',
      sourceAccountId: SOURCE,
      relations,
      remarks: 'document 000',
    }),
  );
  return made.batchId ?? made.id;
}

// Section 10.5: executes a batch and interrupts it before it ends. If the run is faster than the interruption, tries
// another batch.
async function interrupted(name) {
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    const batchId = await create(`${name} ${attempt}`);
    const view = BatchTransferProgress({ batchId });
    await view.until('first state', (data) => data.totalCount === count);
    taken(await batchTransferApi.executeBatchTransfer(batchId, { auto2FA: false }));
    const response = await batchTransferApi.cancelBatchTransfer(batchId);
    const ended = await view.until('end after an interruption', hasEnded);
    if (response.success && ended.failedCount > 2) {
      message.success(`批量转账已中断: ${ended.successCount} paid, ${ended.failedCount} interrupted`);
      return { batchId, view, ended };
    }
    assert.equal(ended.status, 'completed', JSON.stringify(ended));
    view.disconnect();
  }
  return message.error('all ten runs ended before they could be interrupted');
}

async function isWhole(batchId, view) {
  const done = await view.until('completion', (data) => data.status === 'completed');
  assert.equal(done.progress, 100);
  assert.deepEqual([done.totalCount, done.successCount, done.failedCount], [count, count, 0]);
  assert.ok(done.completedAt);
  const seq = view.seen.map((data) => data.seq);
  assert.ok(seq.every((one, place) => place === 0 || one > seq[place - 1]), 'seq rises');

  // Section 6.3: the same by polling.
  const polled = taken(await batchTransferApi.getBatchTransferProgress(batchId));
  assert.deepEqual([polled.status, polled.progress, polled.successCount], ['completed', 100, count]);
  const detail = taken(await batchTransferApi.getBatchTransferById(batchId));
  assert.deepEqual([detail.status, detail.successCount, detail.failedCount], ['completed', count, 0]);
  assert.equal(taken(await batchTransferApi.getFailedTransfers(batchId)).length, 0);
  view.disconnect();
}

// An undisturbed run.
const straight = await create('straight');
const progress = BatchTransferProgress({ batchId: straight });
await progress.until('first state', (data) => data.totalCount === count);
taken(await batchTransferApi.executeBatchTransfer(straight, { auto2FA: false }));
await isWhole(straight, progress);
message.success(`批量转账已完成: ${progress.seen.length} events`);
const current = progress.seen.at(-1).currentRelation;
assert.equal(current.status, 'completed');
assert.match(current.amount, /^1(\.0+)?$/);
console.log(`当前处理: ${current.sourceAccount} -> ${current.targetAccount}`);

// Interrupted; one transfer is retried (7.1), the rest is resumed (8.2).
const first = await interrupted('resumed');
const failed = taken(await batchTransferApi.getFailedTransfers(first.batchId));
assert.ok(failed.length > 0 && failed.every((item) => item.status === 'failed' && item.errorMessage));
console.log(`${failed[0].sourceAccount} -> ${failed[0].targetAccount} | ${failed[0].amount} | ${failed[0].errorMessage}`);
taken(await batchTransferApi.retryTransferRelation(first.batchId, failed[0].id, { auto2FA: false }));
message.success('开始重试转账');
const retried = (data) => hasEnded(data) && data.successCount === first.ended.successCount + 1;
await first.view.until('end of the single retry', retried);
const resumed = taken(await batchTransferApi.resumeBatchTransfer(first.batchId));
assert.equal(resumed.count, first.ended.failedCount - 1);
message.success('批量转账已恢复');
await isWhole(first.batchId, first.view);

// Interrupted; all failed transfers are retried (7.2).
const second = await interrupted('retried');
const all = taken(await batchTransferApi.retryFailedTransfers(second.batchId, { auto2FA: false }));
assert.equal(all.count, second.ended.failedCount);
message.success(`开始重试${all.count}个失败的转账`);
await isWhole(second.batchId, second.view);
assert.equal(taken(await batchTransferApi.retryFailedTransfers(second.batchId)).count, 0);

// A batch that has ended cannot be interrupted.
const late = await batchTransferApi.cancelBatchTransfer(second.batchId);
assert.equal(late.success, false, JSON.stringify(late));
const unknown = await batchTransferApi.getBatchTransferById(2 ** 40);
assert.deepEqual([unknown.success, unknown.error.code], [false, 'BATCH_NOT_FOUND']);

// Section 8.1: the list, and one batch's history.
const list = taken(await batchTransferApi.getBatchTransfers({ page: 1, pageSize: 10 }));
assert.ok(list.pagination.total >= 3);
assert.ok(list.batchTransfers.some((batch) => batch.id === second.batchId && batch.status === 'completed'));
const history = taken(await batchTransferApi.getBatchTransferHistory(first.batchId));
assert.ok(history.length >= 4 && history.every((event) => event.message && event.createdAt));
history.forEach((event) => console.log(`${event.createdAt} ${event.message}`));
console.log('document 000: all as it says');
process.exit(0);
