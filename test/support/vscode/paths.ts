import { join } from 'node:path';

/** The project's root folder. */
export const projectRoot = join(import.meta.dirname, '..', '..', '..');

/** Where the workbench for the tests is kept between runs; SYNCLINE_VSCODE_CACHE shares one among clones. */
export const cacheFolder = process.env['SYNCLINE_VSCODE_CACHE'] ?? join(projectRoot, '.vscode-test');

/** Where tests leave what a person may want to look at. */
export const artifactsFolder = join(projectRoot, 'test-artifacts');
