import { describe, expect, it } from 'vitest';
import { auditTask, reportTask } from './body';

describe('the task of a report', () => {
  const asked = { from: '2026-11-01', to: '2026-11-30', groupBy: 'day', currency: '', account: 'acct_4' } as const;

  it('exports the transfers that it counts', () => {
    expect(reportTask(asked, 'csv', 'zh', false)).toEqual({
      task_type: 'export_transfers', format: 'csv', language: 'zh', options: { from: '2026-11-01', to: '2026-11-30', accountId: 'acct_4' },
    });
  });

  it('exports its own figures where the server can', () => {
    expect(reportTask(asked, 'xlsx', 'en', true)).toEqual({
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
});
