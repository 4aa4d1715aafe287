import * as vscode from 'vscode';
import { createLifetime, type Ending } from '../lifetime.ts';
import type { Previews } from './preview-changes.ts';

/** What can be answered beside a preview. */
export type PreviewAnswer = 'go' | 'rehearse';

export interface AskedQuestion {
  /** Asked by the buttons in the preview's title alone. */
  readonly quiet?: boolean;
  readonly text: string;
  readonly buttons: readonly { readonly label: string; readonly answer: PreviewAnswer }[];
}

/**
 * The question that waits while a preview is looked at. A notification asks it and may disappear; the buttons in the
 * preview's title answer it, too, for as long as the preview is open. Closing the preview answers with undefined.
 */
export interface PreviewQuestion extends Ending {
  ask(question: AskedQuestion): Promise<PreviewAnswer | undefined>;
  answer(answer: PreviewAnswer): void;
}

export function createPreviewQuestion(previews: Previews): PreviewQuestion {
  const lifetime = createLifetime();
  let settle: ((answer: PreviewAnswer | undefined) => void) | undefined;
  let isShown = false;
  const end = (answer: PreviewAnswer | undefined) => {
    // A notification cannot be taken back: one that was answered elsewhere must not go on asking before everybody's eyes.
    if (settle !== undefined && isShown) void vscode.commands.executeCommand('notifications.hideToasts');
    isShown = false;
    settle?.(answer);
    settle = undefined;
    setContext('syncline.previewAsks', false);
    setContext('syncline.previewCanRehearse', false);
  };
  lifetime.add(previews.onDidClose(() => end(undefined)));
  return {
    ask({ text, buttons, quiet = false }) {
      end(undefined);
      return new Promise((resolve) => {
        settle = resolve;
        setContext('syncline.previewAsks', true);
        setContext(
          'syncline.previewCanRehearse',
          buttons.some(({ answer }) => answer === 'rehearse'),
        );
        if (quiet) return;
        const labels = buttons.map(({ label }) => label);
        isShown = true;
        void vscode.window.showInformationMessage(text, ...labels).then((label) => {
          isShown = false;
          const button = buttons.find((one) => one.label === label);
          if (button !== undefined && settle === resolve) end(button.answer);
        });
      });
    },
    answer: end,
    dispose: () => {
      end(undefined);
      lifetime.dispose();
    },
  };
}

function setContext(key: 'syncline.previewAsks' | 'syncline.previewCanRehearse', value: boolean): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
