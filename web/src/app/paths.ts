// The one place where addresses of pages are made.

type Search = Record<string, string | number | undefined>;

function withSearch(path: string, search: Search = {}): string {
  const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? path : `${path}?${text}`;
}

const part = encodeURIComponent;

export const paths = {
  home: () => '/',
  signIn: (next?: string) => withSearch('/sign-in', { next: next === '/' ? undefined : next }),
  setUp: () => '/set-up',
  invitation: () => '/invitation',
  me: (tab?: string) => withSearch('/me', { tab }),
  transfer: () => '/account-transfer',
  transfers: (search?: Search) => withSearch('/account-transfer/list', search),
  transferDetail: (id: string) => `/account-transfer/detail/${part(id)}`,
  accounts: (search?: Search) => withSearch('/account-details', search),
  account: (id: string, tab?: string) => withSearch(`/account-details/${part(id)}`, { tab }),
  newBatch: (search?: Search) => withSearch('/batch-transfer', search),
  batchFile: (search?: Search) => withSearch('/batch-transfer/file', search),
  draft: (batch: string, step: 'who' | 'amounts' | 'check', search?: Search) => withSearch(`/batch-transfer/draft/${part(batch)}/${step}`, search),
  batches: (search?: Search) => withSearch('/batch-transfer/list', search),
  batch: (batch: string, search?: Search) => withSearch(`/batch-transfer/detail/${part(batch)}`, search),
  batchRecord: (batch: string) => `/batch-transfer/record/${part(batch)}`,
  reports: (search?: Search) => withSearch('/reports', search),
  audit: (search?: Search) => withSearch('/audit', search),
  notices: () => '/notices',
  templates: (search?: Search) => withSearch('/templates', search),
  template: (id: number) => `/templates/${id}`,
  groups: (search?: Search) => withSearch('/groups', search),
  group: (id: number) => `/groups/${id}`,
  tasks: (search?: Search) => withSearch('/tasks', search),
  settings: (section?: string, id?: string) => ['/settings', section, id].filter((piece) => piece !== undefined).map((piece, at) => (at === 0 ? piece : part(piece))).join('/'),
  approvals: (search?: Search) => withSearch('/approvals', search),
};

/** Where to go after signing in: only a path of our own, never another site. */
export function safeNext(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : paths.home();
}
