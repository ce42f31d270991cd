import type { ComponentType } from 'react';
import { createBrowserRouter, type RouteObject } from 'react-router';
import type { Operation } from '@/api/operations';
import { loadPageTexts } from './i18n';
import { RouteFault } from './errors/RouteFault';
import { RequireSession } from './session/RequireSession';
import { NoRight } from './shell/NoRight';
import { NotFound } from './shell/NotFound';
import { Loading } from '@/ui/parts';

type Loaded = () => Promise<Record<string, ComponentType>>;

const signIn: Loaded = () => import('@/features/sign-in');

/** A page of its own chunk. Without the operation it says who can give the right. */
function page(path: string, load: Loaded, name: string, needs?: Operation): RouteObject {
  return {
    path,
    lazy: async () => {
      const [module] = await Promise.all([load(), load === signIn ? undefined : loadPageTexts()]);
      const Page = module[name];
      if (Page === undefined) throw new Error(`no page ${name}`);
      return needs === undefined ? { Component: Page } : { element: <NoRight operation={needs}><Page /></NoRight> };
    },
  };
}

const account: Loaded = () => import('@/features/account');
const transfer: Loaded = () => import('@/features/transfer');
const batch: Loaded = () => import('@/features/batch');
const file: Loaded = () => import('@/features/batch/file');
const template: Loaded = () => import('@/features/batch/templates');
const group: Loaded = () => import('@/features/group');
const settings: Loaded = () => import('@/features/settings');
const draft: Loaded = () => import('@/features/batch/draft');

export const router = createBrowserRouter([
  {
    errorElement: <RouteFault />,
    hydrateFallbackElement: <Loading />,
    children: [
      page('/sign-in', signIn, 'SignInPage'),
      page('/set-up', signIn, 'SetUpPage'),
      page('/invitation', signIn, 'InvitationPage'),
      {
        element: <RequireSession />,
        children: [
          {
            errorElement: <RouteFault />,
            children: [
              page('/', () => import('@/features/home'), 'HomePage'),
              page('/me', () => import('@/features/me'), 'MePage'),
              page('/account-details', account, 'AccountsPage', 'listAccounts'),
              page('/account-details/:id', account, 'AccountPage', 'getAccount'),
              page('/account-transfer', transfer, 'TransferPage', 'createAccountTransfer'),
              page('/account-transfer/list', transfer, 'TransfersPage', 'listAccountTransfers'),
              page('/account-transfer/detail/:id', transfer, 'TransferDetailPage', 'getAccountTransfer'),
              page('/batch-transfer', draft, 'StartPage', 'createBatchTransfer'),
              page('/batch-transfer/file', file, 'FilePage', 'uploadFile'),
              page('/batch-transfer/draft/:id/:step', draft, 'DraftPage', 'createBatchTransfer'),
              page('/batch-transfer/list', batch, 'BatchesPage', 'listBatchTransfers'),
              page('/batch-transfer/detail/:id', batch, 'BatchPage', 'getBatchTransfer'),
              page('/templates', template, 'TemplatesPage', 'listBatchTemplates'),
              page('/templates/:id', template, 'TemplatePage', 'getBatchTemplate'),
              page('/groups', group, 'GroupsPage', 'listHolderGroups'),
              page('/groups/:id', group, 'GroupPage', 'getHolderGroup'),
              page('/tasks', () => import('@/features/batch/tasks'), 'TasksPage', 'listTasks'),
              page('/batch-transfer/record/:id', () => import('@/features/batch/record'), 'RecordPage', 'getBatchTransfer'),
              page('/reports', () => import('@/features/office/report'), 'ReportsPage', 'getStatistics'),
              page('/audit', () => import('@/features/office/audit'), 'AuditPage', 'listAudit'),
              page('/approvals', () => import('@/features/approval'), 'ApprovalsPage', 'listApprovals'),
              page('/notices', () => import('@/features/notice'), 'NoticesPage', 'listNotices'),
              page('/settings', settings, 'SettingsIndex', 'getSettings'),
              page('/settings/people', settings, 'PeoplePage', 'listUsers'),
              page('/settings/people/:id', settings, 'PersonPage', 'getUser'),
              page('/settings/keys', settings, 'KeysPage', 'listApiKeys'),
              page('/settings/approval', settings, 'RulesPage', 'getApprovalPolicy'),
              page('/settings/limits', settings, 'LimitsPage', 'getPolicy'),
              page('/settings/rates', settings, 'RatesPage', 'listFxRates'),
              page('/settings/notices', settings, 'MailPage', 'getMailAddress'),
              page('/settings/organisation', settings, 'OrganisationPage', 'getSettings'),
              { path: '*', element: <NotFound /> },
            ],
          },
        ],
      },
    ],
  },
]);
