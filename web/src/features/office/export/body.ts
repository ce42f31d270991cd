import type { Schemas } from '@/api/client';

type TaskBody = Schemas['TaskBody'];

export const FORMATS = ['xlsx', 'csv', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

/** What a report is about. */
export interface Asked {
  from: string;
  to: string;
  groupBy: 'day' | 'account' | 'none';
  currency: string;
  account: string;
}

const given = (options: Record<string, string>) => Object.fromEntries(Object.entries(options).filter(([, value]) => value !== ''));

export function reportTask({ from, to, groupBy, currency, account }: Asked, format: Format, language: string): TaskBody {
  return { task_type: 'export_statistics', format, language, options: { ...given({ from, to, currency, accountId: account }), groupBy } };
}

/** Filters of the log; the task has none by result. */
export interface AuditFilter {
  actor: string;
  action: string;
  subject: string;
  subjectId: string;
  from: string;
  to: string;
}

/** The number in an id such as `batch_17` or `17`, as the server reads it; null for any other text, such as a batch's number. */
export function idNumber(text: string): number | null {
  const number = Number(/^(?:[a-z]{3,5}_)?([1-9]\d{0,15})$/.exec(text.trim())?.[1]);
  return Number.isSafeInteger(number) ? number : null;
}

/** Whether the file would have what the filters say: an object that cannot be named to the task would be left out of them. */
export function canExportAudit({ subjectId }: Pick<AuditFilter, 'subjectId'>): boolean {
  return subjectId.trim() === '' || idNumber(subjectId) !== null;
}

/** Only what the task knows: it refuses any other option, and the page's address has more. */
export function auditTask({ actor, action, subject, subjectId, from, to }: AuditFilter, format: Format, language: string): TaskBody {
  const number = idNumber(subjectId);
  const options = { ...given({ actor, action, subject, from, to }), ...(number !== null && { subject_id: number }) };
  // As JSON lines the log is written as the API lists it, in no language.
  return format === 'jsonl' ? { task_type: 'export_audit', options } : { task_type: 'export_audit', format, language, options };
}
