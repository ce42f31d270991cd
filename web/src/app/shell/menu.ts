import type { Operation } from '@/api/operations';
import { paths } from '../paths';

export interface Entry {
  label: string;
  path: string;
  needs?: Operation;
  /** Entries of the same group stand under its heading. */
  group?: string;
  /** Addresses that belong to the entry as well. */
  also?: string[];
  end?: boolean;
}

/** The menu. The group and its first entries are document 000's. */
export const MENU: readonly Entry[] = [
  { label: 'app.menu.home', path: paths.home(), end: true },
  { label: 'app.menu.transfer', path: paths.transfer(), needs: 'createAccountTransfer', group: 'app.menu.funds', end: true },
  { label: 'app.menu.batch', path: paths.newBatch(), needs: 'createBatchTransfer', group: 'app.menu.funds', also: ['/batch-transfer/draft', '/batch-transfer/file'], end: true },
  { label: 'app.menu.batches', path: paths.batches(), needs: 'listBatchTransfers', group: 'app.menu.funds', also: ['/batch-transfer/detail', '/batch-transfer/record'] },
  { label: 'app.menu.accounts', path: paths.accounts(), needs: 'listAccounts', group: 'app.menu.funds' },
  { label: 'app.menu.transfers', path: paths.transfers(), needs: 'listAccountTransfers', group: 'app.menu.funds', also: ['/account-transfer/detail'] },
  { label: 'app.menu.approvals', path: paths.approvals(), needs: 'listApprovals' },
  { label: 'app.menu.templates', path: paths.templates(), needs: 'listBatchTemplates' },
  { label: 'app.menu.groups', path: paths.groups(), needs: 'listHolderGroups' },
  { label: 'app.menu.tasks', path: paths.tasks(), needs: 'listTasks' },
  { label: 'app.menu.reports', path: paths.reports(), needs: 'getStatistics' },
  { label: 'app.menu.audit', path: paths.audit(), needs: 'listAudit' },
  { label: 'app.menu.settings', path: paths.settings(), needs: 'getSettings' },
];
