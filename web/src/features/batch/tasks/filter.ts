export const TASK_STATES = ['pending', 'processing', 'completed', 'failed', 'cancelled'] as const;
export type StateFilter = (typeof TASK_STATES)[number];

/** Kinds of tasks, as docs/guide/files.md lists them. */
export const TASK_TYPES = [
  'import_batch', 'import_accounts', 'export_batch', 'export_accounts', 'export_statement', 'export_transfers', 'export_statistics', 'preview', 'evidence', 'export_audit', 'verify',
  'annotate_original',
] as const;
export type TaskType = (typeof TASK_TYPES)[number];

/** Tasks a page. Each open one is followed in a room of its own, and a socket has 50 of them. */
const PAGE = 40;

interface Filter {
  page: number;
  pageSize: number;
  status?: StateFilter;
  task_type?: TaskType;
  [name: string]: string | number | undefined;
}

/** The address as the server's filter; what it cannot mean is dropped. */
export function filterOf(search: { status: string; type: string; page: string }): Filter {
  const status = TASK_STATES.find((name) => name === search.status);
  const type = TASK_TYPES.find((name) => name === search.type);
  return {
    page: /^[1-9]\d{0,3}$/.test(search.page) ? Number.parseInt(search.page, 10) : 1,
    pageSize: PAGE,
    ...(status !== undefined && { status }),
    ...(type !== undefined && { task_type: type }),
  };
}

/** Whether a task of this kind refuses rows, and keeps them to be read. */
export function refusesRows(type: string): boolean {
  return type === 'import_batch' || type === 'import_accounts';
}

/** Whether `result_url` is a file; of an import it is the batch. */
export function makesFile(url: string | null | undefined): url is string {
  return url != null && /^\/api\/v1\/files\//.test(url);
}

/** What a task did, as names and plain values. Lists and parts of it are left to the file. */
export function factsOf(result: unknown): [name: string, value: string | number][] {
  if (typeof result !== 'object' || result === null) return [];
  return Object.entries(result).filter((entry): entry is [string, string | number] => (typeof entry[1] === 'string' && entry[1] !== '') || typeof entry[1] === 'number');
}
