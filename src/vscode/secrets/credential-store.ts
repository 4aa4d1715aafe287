import type { SecretStorage } from 'vscode';
import type { Credentials } from '../../worker/protocol.ts';
import { openCredentials, sealCredentials, type OpenedCredentials } from './bound-credentials.ts';

/** A target of a workspace folder, with the URL that syncline.json names for it. */
export interface TargetPlace {
  /** The folder's URI. */
  readonly folder: string;
  readonly target: string;
  readonly supabaseUrl?: string;
}

/** Credentials in the editor's secret storage, each for one folder, one target and one URL. */
export interface CredentialStore {
  open(place: TargetPlace): Promise<OpenedCredentials>;
  save(place: TargetPlace, credentials: Credentials): Promise<void>;
  forget(place: TargetPlace): Promise<void>;
}

export function createCredentialStore(secrets: SecretStorage): CredentialStore {
  const slot = ({ folder, target }: TargetPlace) =>
    `syncline.credentials ${JSON.stringify([folder, target])}`;
  return {
    async open(place) {
      return openCredentials(await secrets.get(slot(place)), place.supabaseUrl);
    },
    async save(place, credentials) {
      await secrets.store(slot(place), sealCredentials(credentials, place.supabaseUrl));
    },
    async forget(place) {
      await secrets.delete(slot(place));
    },
  };
}
