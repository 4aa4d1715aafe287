/** Writes schemas/syncline.schema.json from the zod definition of the workspace file. */
import { writeFileSync } from 'node:fs';
import { workspaceFileJsonSchema } from '../src/core/rules/workspace-file.ts';

writeFileSync('schemas/syncline.schema.json', `${JSON.stringify(workspaceFileJsonSchema(), null, 2)}\n`);
