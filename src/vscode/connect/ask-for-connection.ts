import * as vscode from 'vscode';
import { toSynclineError } from '../../core/errors.ts';
import type { EngineClient } from '../../worker/engine-client.ts';
import type { Credentials } from '../../worker/protocol.ts';
import { failureMessage } from '../text/failure-message.ts';
import type { TargetEntry } from '../session/workspace-file-text.ts';
import {
  apiKeysPage,
  checkConnectionString,
  checkLocalPath,
  checkProjectUrl,
  checkSecretKey,
} from './check-input.ts';
import { plainLabel } from '../text/plain-label.ts';
import { inputStep, pickStep, type StepOutcome, type StepPlace } from './wizard.ts';

export interface ConnectionQuestion {
  readonly targets: readonly TargetEntry[];
  /** The target to connect; asked for when there are several and none is named. */
  readonly named?: string;
  readonly defaultTarget: string;
  readonly defaultPath: string;
  /** Whether there is no workspace file yet, so that the local database's place is asked for, too. */
  readonly asksPath: boolean;
}

export interface ConnectionAnswers {
  readonly target: string;
  readonly credentials: Credentials;
  readonly localPath?: string;
}

type Way = 'supabase' | 'postgres';

/** What was answered so far; kept when somebody goes back, so that nothing is typed twice. */
interface Draft {
  target: string | undefined;
  way: Way | undefined;
  url: string;
  key: string;
  connectionString: string;
  path: string;
}

type Step = (place: StepPlace) => Promise<StepOutcome<unknown>>;

/** Asks step by step, each with its number and a way back, and tries the connection before it ends. */
export async function askForConnection(
  engine: EngineClient,
  question: ConnectionQuestion,
): Promise<ConnectionAnswers | undefined> {
  const asksTarget = question.named === undefined && question.targets.length > 1;
  const draft: Draft = {
    target:
      question.named ?? (asksTarget ? undefined : (question.targets[0]?.name ?? question.defaultTarget)),
    way: undefined,
    url: '',
    key: '',
    connectionString: '',
    path: question.defaultPath,
  };
  const title = vscode.l10n.t('Connect Syncline to production');
  let index = 0;
  for (;;) {
    const steps = stepsFor(engine, question, draft, asksTarget);
    const step = steps[index];
    if (step === undefined) break;
    const outcome = await step({ title, step: index + 1, totalSteps: steps.length, canGoBack: index > 0 });
    if (outcome === 'cancel') return undefined;
    index += outcome === 'back' ? -1 : 1;
  }
  return {
    target: draft.target ?? question.defaultTarget,
    credentials: credentialsOf(draft),
    ...(question.asksPath && { localPath: draft.path }),
  };
}

function stepsFor(
  engine: EngineClient,
  question: ConnectionQuestion,
  draft: Draft,
  asksTarget: boolean,
): readonly Step[] {
  const way =
    draft.way === 'postgres'
      ? [connectionStringStep(engine, draft)]
      : [urlStep(question, draft), keyStep(engine, draft)];
  return [
    ...(asksTarget ? [targetStep(question, draft)] : []),
    wayStep(draft),
    ...way,
    ...(question.asksPath ? [pathStep(draft)] : []),
  ];
}

function targetStep({ targets }: ConnectionQuestion, draft: Draft): Step {
  const choices = targets.map(({ name, supabaseUrl }) => ({
    label: plainLabel(name),
    description: supabaseUrl ?? '',
    value: name,
  }));
  return async (place) =>
    kept(await pickStep(place, vscode.l10n.t('Which target?'), choices, draft.target), (name) => {
      if (name !== draft.target) draft.url = '';
      draft.target = name;
    });
}

function wayStep(draft: Draft): Step {
  const choices = [
    {
      label: `$(cloud) ${vscode.l10n.t('Supabase project')}`,
      detail: vscode.l10n.t('The project URL and a secret key. All that is needed, over HTTPS.'),
      value: 'supabase' as const,
    },
    {
      label: `$(database) ${vscode.l10n.t('Postgres connection string')}`,
      detail: vscode.l10n.t('Faster, and reads one snapshot with all constraints and indexes.'),
      value: 'postgres' as const,
    },
  ];
  return async (place) =>
    kept(
      await pickStep<Way>(place, vscode.l10n.t('How is production reached?'), choices, draft.way),
      (way) => {
        draft.way = way;
      },
    );
}

function urlStep({ targets }: ConnectionQuestion, draft: Draft): Step {
  return async (place) => {
    const known = targets.find(({ name }) => name === draft.target)?.supabaseUrl;
    const outcome = await inputStep(place, {
      prompt: vscode.l10n.t('Project URL. It is written to syncline.json, so that your team shares it.'),
      placeholder: 'https://abcd.supabase.co',
      value: draft.url === '' ? (known ?? '') : draft.url,
      check: checkProjectUrl,
    });
    return kept(outcome, (url) => {
      draft.url = url;
    });
  };
}

function keyStep(engine: EngineClient, draft: Draft): Step {
  return async (place) => {
    const page = apiKeysPage(draft.url);
    const outcome = await inputStep(place, {
      prompt: vscode.l10n.t(
        'Secret key of {0}. It is tried now and kept in the editor’s secret storage, nowhere else.',
        new URL(draft.url).host,
      ),
      placeholder: 'sb_secret_…',
      value: draft.key,
      password: true,
      ...(page !== undefined && {
        help: { tooltip: vscode.l10n.t('Open the project’s API keys'), url: page },
      }),
      check: (input) => checkSecretKey(input, Date.now()),
      attempt: (supabaseKey, signal) => tryOut(engine, { supabaseUrl: draft.url, supabaseKey }, signal),
    });
    return kept(outcome, (key) => {
      draft.key = key;
    });
  };
}

function connectionStringStep(engine: EngineClient, draft: Draft): Step {
  return async (place) => {
    const outcome = await inputStep(place, {
      prompt: vscode.l10n.t(
        'Connection string with the password. It is tried now and kept in the editor’s secret storage, nowhere else.',
      ),
      placeholder: 'postgresql://postgres:…@db.abcd.supabase.co:5432/postgres',
      value: draft.connectionString,
      password: true,
      check: checkConnectionString,
      attempt: (databaseUrl, signal) => tryOut(engine, { databaseUrl }, signal),
    });
    return kept(outcome, (connectionString) => {
      draft.connectionString = connectionString;
    });
  };
}

function pathStep(draft: Draft): Step {
  return async (place) => {
    const outcome = await inputStep(place, {
      prompt: vscode.l10n.t('The local SQLite database that a pull fills, relative to the workspace folder.'),
      placeholder: './dev.db',
      value: draft.path,
      check: checkLocalPath,
    });
    return kept(outcome, (path) => {
      draft.path = path;
    });
  };
}

/** What is wrong with a connection, in words; undefined when it works and sees every row. */
async function tryOut(
  engine: EngineClient,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { seesAllRows, role } = await engine.call('probe', { credentials }, { signal });
    if (seesAllRows) return undefined;
    return vscode.l10n.t(
      'This works, but row level security hides rows from the role “{0}”, so a pull would be partial. Use the secret key (service role).',
      role,
    );
  } catch (thrown) {
    return failureMessage(toSynclineError(thrown));
  }
}

function credentialsOf(draft: Draft): Credentials {
  return draft.way === 'postgres'
    ? { databaseUrl: draft.connectionString }
    : { supabaseUrl: draft.url, supabaseKey: draft.key };
}

function kept<T>(outcome: StepOutcome<T>, keep: (value: T) => void): StepOutcome<T> {
  if (typeof outcome === 'object') keep(outcome.value);
  return outcome;
}
