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

/**
 * Whether the server has the task `export_statistics`. Until it does, a report is exported as the transfers that it counts.
 */
export const STATISTICS_AS_TASK = false;
/** Not in the generated types yet. */
const STATISTICS: string = 'export_statistics';

const given = (options: Record<string, string>) => Object.fromEntries(Object.entries(options).filter(([, value]) => value !== ''));

export function reportTask({ from, to, groupBy, currency, account }: Asked, format: Format, language: string, asStatistics = STATISTICS_AS_TASK): TaskBody {
  const options = given({ from, to, currency, accountId: account });
  return asStatistics
    ? { task_type: STATISTICS as TaskBody['task_type'], format, language, options: { ...options, groupBy } }
    : { task_type: 'export_transfers', format, language, options };
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

export function auditTask({ subjectId, ...filter }: AuditFilter, format: Format, language: string): TaskBody {
  const number = /[1-9]\d{0,15}$/.exec(subjectId)?.[0];
  const options = { ...given(filter), ...(number !== undefined && { subject_id: Number.parseInt(number, 10) }) };
  // As JSON lines the log is written as the API lists it, in no language.
  return format === 'jsonl' ? { task_type: 'export_audit', options } : { task_type: 'export_audit', format, language, options };
}
