import * as vscode from 'vscode';
import { createLifetime, type Ending } from '../lifetime.ts';
import type { Armed } from './armed.ts';
import type { Arming } from './arming.ts';
import { armedText } from './describe-arming.ts';

/** The countdown of an armed target, in the colour of a warning; a click disarms. */
export function showArmedInStatusBar(arming: Arming): Ending {
  const lifetime = createLifetime();
  const item = lifetime.add(
    vscode.window.createStatusBarItem('syncline.armed', vscode.StatusBarAlignment.Left, 41),
  );
  item.name = vscode.l10n.t('Syncline: armed target');
  item.command = 'syncline.disarm';
  item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
  const draw = (armed: Armed | undefined) => {
    if (armed === undefined) {
      item.hide();
      return;
    }
    const { text, tooltip, label } = armedText(armed, Date.now());
    item.text = text;
    item.tooltip = new vscode.MarkdownString(tooltip);
    item.accessibilityInformation = { label, role: 'button' };
    item.show();
  };
  lifetime.add(arming.onDidChange(draw));
  return lifetime;
}
