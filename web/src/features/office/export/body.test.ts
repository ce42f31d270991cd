import { describe, expect, it } from 'vitest';
import { auditTask, canExportAudit, idNumber, reportTask } from './body';

describe('the task of a report', () => {
  const asked = { from: '2026-11-01', to: '2026-11-30', groupBy: 'day', currency: '', account: 'acct_4' } as const;

  it('exports the figures that are shown, by the same filters', () => {
    expect(reportTask(asked, 'xlsx', 'en')).toEqual({
      task_type: 'export_statistics', format: 'xlsx', language: 'en', options: { from: '2026-11-01', to: '2026-11-30', accountId: 'acct_4', groupBy: 'day' },
    });
  });
});

describe('the task of the log', () => {
  const filter = { actor: 'check', action: '', subject: 'batch', subjectId: 'batch_17', from: '', to: '2026-11-30' };

  it('is a table in a language, with the bare number of what it is about', () => {
    expect(auditTask(filter, 'xlsx', 'en')).toEqual({
      task_type: 'export_audit', format: 'xlsx', language: 'en', options: { actor: 'check', subject: 'batch', subject_id: 17, to: '2026-11-30' },
    });
  });

  it('as JSON lines has no language, and no id where none was typed', () => {
    expect(auditTask({ ...filter, subjectId: '' }, 'jsonl', 'en')).toEqual({ task_type: 'export_audit', options: { actor: 'check', subject: 'batch', to: '2026-11-30' } });
  });

  it('has nothing that the page has besides: the task refuses options that it does not know', () => {
    const search = { ...filter, result: 'ok', entry: '4711' };
    expect(auditTask(search, 'jsonl', 'en')).toEqual({ task_type: 'export_audit', options: { actor: 'check', subject: 'batch', subject_id: 17, to: '2026-11-30' } });
  });

  it.each<[string, number | null, boolean]>([
    ['batch_17', 17, true],
    [' 17 ', 17, true],
    ['evt_9', 9, true],
    ['', null, true],
    ['batch-20260310-001', null, false],
    ['EMP-17', null, false],
    ['somebody', null, false],
    ['12345678901234567890', null, false],
    ['9999999999999999', null, false],
    ['017', null, false],
  ])('%j is about number %s', (text, number, possible) => {
    expect([idNumber(text), canExportAudit({ subjectId: text })]).toEqual([number, possible]);
  });
});
