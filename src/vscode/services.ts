import type { LogOutputChannel, SecretStorage } from 'vscode';
import type { EngineClient } from '../worker/engine-client.ts';
import type { VirtualDocuments } from './documents/virtual-documents.ts';
import type { CredentialStore } from './secrets/credential-store.ts';
import type { Session } from './session/session.ts';

/** What the commands work with. Put together once, in src/extension.ts. */
export interface Services {
  readonly engine: EngineClient;
  readonly session: Session;
  readonly credentials: CredentialStore;
  readonly secrets: SecretStorage;
  readonly documents: VirtualDocuments;
  readonly channel: LogOutputChannel;
}
