import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Labels, buttons, titles and sentences of document 000, which the page uses to the letter. */
const LABELS = [
  '账户资金', '账户转账', '批量转账', '账户明细', '批量转账列表',
  '一对多转账', '多对一转账', '一对多', '多对一',
  '可选目标账户', '已选目标账户', '可选源账户', '已选源账户',
  '均分总金额', '每账户固定金额', '自定义每账户金额', '输入总金额', '输入每账户金额',
  '名称', '类型', '状态', '总金额', '成功/总数', '创建时间', '操作', '详情', '恢复',
  '等待中', '处理中', '已完成', '失败', '成功', '当前处理',
  '转账类型', '账户数量', '请确认以上信息无误', '确认转账', '取消',
  '使用自动2FA验证', '重试所有失败的转账', '重试',
];

it('document 000 is used to the letter', () => {
  const src = join(import.meta.dirname, '../..');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('locale/zh.json'));
  const texts = files.map((file) => readFileSync(join(src, file), 'utf8')).join('\n');
  expect(LABELS.filter((label) => !texts.includes(`"${label}"`))).toEqual([]);
  // The title of its confirmation begins ours, which goes on with count and amount.
  expect(texts).toContain('"确认批量转账：');
});
