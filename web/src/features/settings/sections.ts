import type { Operation } from '@/api/operations';

export interface Section {
  name: 'people' | 'keys' | 'approval' | 'limits' | 'rates' | 'notices' | 'organisation';
  needs: Operation;
}

/** Sections of the settings, each with the operation that reads it. */
export const SECTIONS: readonly Section[] = [
  { name: 'people', needs: 'listUsers' },
  { name: 'keys', needs: 'listApiKeys' },
  { name: 'approval', needs: 'getApprovalPolicy' },
  { name: 'limits', needs: 'getPolicy' },
  { name: 'rates', needs: 'listFxRates' },
  { name: 'notices', needs: 'getMailAddress' },
  { name: 'organisation', needs: 'getSettings' },
];
