import type { Schemas } from '@/api/client';

export type ApiKey = Schemas['ApiKeyView'];
export type Scope = Schemas['ScopeName'];

export const SCOPES: readonly Scope[] = ['read', 'accounts:write', 'batches:write', 'batches:execute', 'transfers:write', 'rates:write', 'audit:read', 'metrics:read'];

/** Name of a scope's text: keys of texts have no colon. */
export const scopeText = (scope: Scope) => scope.replace(':', '_') as 'read' | 'accounts_write' | 'batches_write' | 'batches_execute' | 'transfers_write' | 'rates_write' | 'audit_read' | 'metrics_read';

export type KeyState = 'active' | 'expired' | 'revoked';

/** Whether a key works at a time, given in milliseconds since 1970. */
export function stateOf({ revokedAt, expiresAt }: Pick<ApiKey, 'revokedAt' | 'expiresAt'>, now: number): KeyState {
  if (revokedAt != null) return 'revoked';
  return expiresAt != null && Date.parse(expiresAt) <= now ? 'expired' : 'active';
}

/** The addresses that were typed, one a line or separated by commas or blanks. */
export function addressesOf(text: string): string[] {
  return text.normalize('NFKC').split(/[\s,;]+/).filter((address) => address !== '');
}

export function stateNow(key: ApiKey): KeyState {
  return stateOf(key, Date.now());
}
