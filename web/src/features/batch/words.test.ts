import { expect, it } from 'vitest';
import en from './locale/en.json';
import zh from './locale/zh.json';
import { BATCH_STATES, ITEM_STATES } from './words';

const line = (texts: { state: Record<string, string>; item: Record<string, string> }, kind: 'state' | 'item', name: string) => texts[kind][name];

it('says every state with an icon, a word and a colour', () => {
  const batches = Object.entries(BATCH_STATES).map(([name, { tone, icon }]) => `${icon} ${line(en, 'state', name)} / ${line(zh, 'state', name)} (${tone})`);
  const items = Object.entries(ITEM_STATES).map(([name, { tone, icon }]) => `${icon} ${line(en, 'item', name)} / ${line(zh, 'item', name)} (${tone})`);
  expect([...batches, '', ...items].join('\n')).toMatchInlineSnapshot(`
    "✎ Draft / 草稿 (grey)
    ◔ Pending approval / 待审批 (run)
    ✓ Approved / 已批准 (run)
    ✕ Rejected / 已驳回 (err)
    ▶ Processing / 处理中 (run)
    ❚❚ Paused / 已暂停 (warn)
    ✓ Completed / 已完成 (good)
    ◑ Partially completed / 部分完成 (warn)
    ✕ Failed / 失败 (err)
    ⊘ Cancelled / 已取消 (grey)

    ◔ Waiting / 等待中 (grey)
    ▶ Processing / 处理中 (run)
    ✓ Paid / 成功 (good)
    ✕ Failed / 失败 (err)
    ? Outcome unknown / 结果未知 (warn)
    ⊘ Skipped / 已跳过 (grey)"
  `);
});
