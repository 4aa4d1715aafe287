/**
 * Credentials as they are kept: together with the URL that `syncline.json` named when they were entered. A file that
 * names another one later (a branch, a pull request, a cloned repository) gets nothing.
 */
import type { Credentials } from '../../worker/protocol.ts';

interface Stored {
  /** The target's `supabaseUrl` at that time; null when it had none. */
  readonly boundTo: string | null;
  readonly credentials: Credentials;
}

export type OpenedCredentials =
  | { readonly state: 'connected'; readonly credentials: Credentials }
  | { readonly state: 'disconnected' }
  /** Something is kept, but for another URL. */
  | { readonly state: 'moved' };

/** The text to keep. `supabaseUrl` is what syncline.json says for the target, if it says anything. */
export function sealCredentials(credentials: Credentials, supabaseUrl: string | undefined): string {
  const stored: Stored = { boundTo: supabaseUrl ?? null, credentials };
  return JSON.stringify(stored);
}

/** What was kept, if it was entered for the URL that syncline.json names now. */
export function openCredentials(
  text: string | undefined,
  supabaseUrl: string | undefined,
): OpenedCredentials {
  const stored = text === undefined ? undefined : parseStored(text);
  if (stored === undefined) return { state: 'disconnected' };
  if (stored.boundTo !== (supabaseUrl ?? null)) return { state: 'moved' };
  const keptUrl = stored.credentials.supabaseUrl;
  if (keptUrl !== undefined && keptUrl !== supabaseUrl) return { state: 'moved' };
  return { state: 'connected', credentials: stored.credentials };
}

function parseStored(text: string): Stored | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || !isRecord(value['credentials'])) return undefined;
  const { boundTo, credentials } = value;
  if (boundTo !== null && typeof boundTo !== 'string') return undefined;
  const { supabaseUrl, supabaseKey, databaseUrl } = credentials;
  const kept: Credentials = {
    ...(typeof supabaseUrl === 'string' && { supabaseUrl }),
    ...(typeof supabaseKey === 'string' && { supabaseKey }),
    ...(typeof databaseUrl === 'string' && { databaseUrl }),
  };
  const complete =
    kept.databaseUrl !== undefined || (kept.supabaseUrl !== undefined && kept.supabaseKey !== undefined);
  return complete ? { boundTo, credentials: kept } : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
