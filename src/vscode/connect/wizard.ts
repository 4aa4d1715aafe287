import * as vscode from 'vscode';
import { createLifetime, type Ending } from '../lifetime.ts';
import type { Checked } from './check-input.ts';

/** Where a step stands among the others. */
export interface StepPlace {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
  readonly canGoBack: boolean;
}

export type StepOutcome<T> = { readonly value: T } | 'back' | 'cancel';

export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

/** A step that picks one of several. */
export function pickStep<T>(
  place: StepPlace,
  placeholder: string,
  choices: readonly Choice<T>[],
  active: T | undefined,
): Promise<StepOutcome<T>> {
  const pick = vscode.window.createQuickPick<Choice<T>>();
  applyPlace(pick, place);
  pick.items = choices;
  pick.placeholder = placeholder;
  const preset = choices.filter(({ value }) => value === active);
  if (preset.length > 0) pick.activeItems = preset;
  return shown(pick, (finish) => [
    pick.onDidAccept(() => {
      const [chosen] = pick.selectedItems;
      if (chosen !== undefined) finish({ value: chosen.value });
    }),
    pick.onDidTriggerButton((button) => {
      if (button === vscode.QuickInputButtons.Back) finish('back');
    }),
  ]);
}

export interface InputOptions {
  readonly prompt: string;
  readonly placeholder: string;
  readonly value: string;
  readonly password?: boolean;
  /** A button that opens a page which helps to answer. */
  readonly help?: { readonly tooltip: string; readonly url: string };
  readonly check: (input: string) => Checked;
  /** Tries the checked value for real; resolves to what is wrong with it, or to nothing. Aborted when the step is left. */
  readonly attempt?: (value: string, signal: AbortSignal) => Promise<string | undefined>;
}

/** A step that asks for text. It stays open until its value passes the check and the attempt. */
export function inputStep(place: StepPlace, options: InputOptions): Promise<StepOutcome<string>> {
  const input = vscode.window.createInputBox();
  applyPlace(input, place);
  input.prompt = options.prompt;
  input.placeholder = options.placeholder;
  input.value = options.value;
  input.password = options.password ?? false;
  const help = options.help && {
    iconPath: new vscode.ThemeIcon('link-external'),
    tooltip: options.help.tooltip,
  };
  if (help !== undefined) input.buttons = [...input.buttons, help];
  const abort = new AbortController();
  const complain = (message: string) => {
    input.validationMessage = { message, severity: vscode.InputBoxValidationSeverity.Error };
  };
  const accept = async (finish: (outcome: StepOutcome<string>) => void) => {
    const checked = options.check(input.value);
    if ('mistake' in checked) {
      complain(checked.mistake);
      return;
    }
    if (options.attempt === undefined) {
      finish({ value: checked.value });
      return;
    }
    input.busy = true;
    input.enabled = false;
    input.prompt = vscode.l10n.t('Trying the connection…');
    const mistake = await options.attempt(checked.value, abort.signal);
    if (abort.signal.aborted) return;
    input.busy = false;
    input.enabled = true;
    input.prompt = options.prompt;
    if (mistake === undefined) finish({ value: checked.value });
    else complain(mistake);
  };
  return shown(input, (finish) => [
    input.onDidAccept(() => void accept(finish)),
    input.onDidChangeValue((value) => {
      // An empty field is not a mistake yet; everything else is judged while it is typed or pasted.
      const checked = value.trim() === '' ? undefined : options.check(value);
      input.validationMessage = undefined;
      if (checked !== undefined && 'mistake' in checked) complain(checked.mistake);
    }),
    input.onDidTriggerButton((button) => {
      if (button === vscode.QuickInputButtons.Back) finish('back');
      else if (options.help !== undefined) void vscode.env.openExternal(vscode.Uri.parse(options.help.url));
    }),
    { dispose: () => abort.abort() },
  ]);
}

function applyPlace(
  input: vscode.QuickInput & { buttons: readonly vscode.QuickInputButton[] },
  { title, step, totalSteps, canGoBack }: StepPlace,
): void {
  input.title = title;
  input.step = step;
  input.totalSteps = totalSteps;
  // People leave the window to copy a key, and come back.
  input.ignoreFocusOut = true;
  input.buttons = canGoBack ? [vscode.QuickInputButtons.Back] : [];
}

function shown<T>(
  input: vscode.QuickInput,
  listen: (finish: (outcome: StepOutcome<T>) => void) => readonly Ending[],
): Promise<StepOutcome<T>> {
  return new Promise((resolve) => {
    const lifetime = createLifetime();
    lifetime.add(input);
    const finish = (outcome: StepOutcome<T>) => {
      resolve(outcome);
      lifetime.dispose();
    };
    for (const listener of listen(finish)) lifetime.add(listener);
    lifetime.add(input.onDidHide(() => finish('cancel')));
    input.show();
  });
}
