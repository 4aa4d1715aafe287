import * as vscode from 'vscode';

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Syncline', { log: true });
  context.subscriptions.push(
    log,
    vscode.commands.registerCommand('syncline.showLog', () => {
      log.show();
    }),
  );
}
