import { QueryClient } from '@tanstack/react-query';
import { mayRetry, Problem } from '@/api/problem';

/** Reads are repeated by themselves if that may help; writes never are. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      gcTime: 300_000,
      retry: (count, error) => count < 2 && error instanceof Problem && mayRetry(error) && error.status !== 404,
      retryDelay: (count, error) => {
        const asked = error instanceof Problem ? error.retryAfter : null;
        return asked === null ? 500 * 2 ** count + Math.random() * 250 : asked * 1000;
      },
    },
    mutations: { retry: false, gcTime: 0 },
  },
});

type Filter = Record<string, string | number | undefined>;

/** Every key of the cache, so that what changes together is refreshed together. */
export const keys = {
  info: ['info'] as const,
  me: ['me'] as const,
  sessions: ['me', 'sessions'] as const,
  currencies: ['currencies'] as const,
  accounts: (filter: Filter) => ['accounts', filter] as const,
  account: (id: string) => ['account', id] as const,
  statement: (id: string, filter: Filter) => ['account', id, 'statement', filter] as const,
  policy: (currency: string, account: string) => ['policy', currency, account] as const,
  transfers: (filter: Filter) => ['transfers', filter] as const,
  transfer: (id: string) => ['transfer', id] as const,
  rates: ['rates'] as const,
  batches: (filter: Filter) => ['batches', filter] as const,
  batch: {
    all: (id: string) => ['batch', id] as const,
    head: (id: string) => ['batch', id, 'head'] as const,
    progress: (id: string) => ['batch', id, 'progress'] as const,
    items: (id: string, filter: Filter) => ['batch', id, 'items', filter] as const,
    history: (id: string) => ['batch', id, 'history'] as const,
    approvals: (id: string) => ['batch', id, 'approvals'] as const,
    changes: (id: string, filter: Filter) => ['batch', id, 'changes', filter] as const,
    preview: (id: string, version: number, filter: Filter) => ['batch', id, 'preview', version, filter] as const,
    problems: (id: string) => ['batch', id, 'problems'] as const,
    vouchers: (id: string) => ['batch', id, 'vouchers'] as const,
    reasons: (id: string) => ['batch', id, 'reasons'] as const,
  },
  file: (id: string, look: Filter) => ['file', id, look] as const,
  task: (id: string) => ['task', id] as const,
  taskProblems: (id: string) => ['task', id, 'problems'] as const,
  tasks: (filter: Filter) => ['tasks', filter] as const,
  templates: (filter: Filter) => ['templates', filter] as const,
  template: (id: string) => ['template', id] as const,
  templateRows: (id: string, version: number) => ['template', id, 'rows', version] as const,
  groups: (filter: Filter) => ['groups', filter] as const,
  group: (id: string) => ['group', id] as const,
  groupMembers: (id: string, filter: Filter) => ['group', id, 'members', filter] as const,
  holders: (filter: Filter) => ['holders', filter] as const,
  unread: ['notices', 'unread'] as const,
  notices: (filter: Filter) => ['notices', 'list', filter] as const,
  approvals: (filter: Filter) => ['approvals', filter] as const,
  balances: (currency: string) => ['accounts', 'balances', currency] as const,
  audit: (filter: Filter) => ['audit', filter] as const,
  settings: ['settings'] as const,
  users: ['users'] as const,
  user: (id: string) => ['users', id] as const,
  apiKeys: ['apiKeys'] as const,
  rules: ['rules'] as const,
  fxPolicy: (source: string, target: string) => ['fxPolicy', source, target] as const,
  webhooks: ['webhooks'] as const,
  webhook: (id: string) => ['webhooks', id] as const,
  deliveries: (id: string, filter: Filter) => ['webhooks', id, 'deliveries', filter] as const,
  mailAddress: ['me', 'mail'] as const,
  trail: (filter: Filter) => ['trail', filter] as const,
  statistics: (filter: Filter) => ['statistics', filter] as const,
};
