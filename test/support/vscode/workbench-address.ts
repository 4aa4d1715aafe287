export interface WorkbenchContents {
  readonly workspaceFolder: string;
  /** A source tree to load as the extension under development. */
  readonly extensionPath?: string;
  /** A module whose `run()` is called in the extension host; needs `extensionPath`. */
  readonly extensionTestsPath?: string;
}

/** Where a browser finds the workbench of a server on this machine, with a folder and an extension under development. */
export function workbenchAddress(port: number, contents: WorkbenchContents): string {
  const remote = (path: string) => `vscode-remote://localhost:${port}${encodeURI(path)}`;
  const payload: [string, string][] = [];
  if (contents.extensionPath !== undefined) {
    payload.push(['extensionDevelopmentPath', remote(contents.extensionPath)]);
  }
  if (contents.extensionTestsPath !== undefined) {
    payload.push(['extensionTestsPath', remote(contents.extensionTestsPath)]);
  }
  const query = new URLSearchParams({ folder: contents.workspaceFolder, payload: JSON.stringify(payload) });
  return `http://localhost:${port}/?${query.toString()}`;
}
