import type { LogOutputChannel, SecretStorage } from 'vscode';
import type { EngineClient } from '../worker/engine-client.ts';
import type { Arming } from './arming/arming.ts';
import type { ChangePages } from './changes/change-pages.ts';
import type { Choices } from './changes/choices.ts';
import type { PreviewQuestion } from './changes/preview-question.ts';
import type { Previews } from './changes/preview-changes.ts';
import type { VirtualDocuments } from './documents/virtual-documents.ts';
import type { ChangedTableNode } from './tree/change-nodes.ts';
import type { CredentialStore } from './secrets/credential-store.ts';
import type { Session } from './session/session.ts';

/** What the commands work with. Put together once, in src/extension.ts. */
export interface Services {
  readonly engine: EngineClient;
  readonly session: Session;
  readonly credentials: CredentialStore;
  readonly secrets: SecretStorage;
  readonly documents: VirtualDocuments;
  readonly choices: Choices;
  readonly pages: ChangePages;
  readonly previews: Previews;
  readonly question: PreviewQuestion;
  readonly arming: Arming;
  /** Draws a table's changed rows anew. */
  readonly redrawChanges: (table: ChangedTableNode) => void;
  readonly channel: LogOutputChannel;
}
