import { maskingKey } from '../../core/masking/masking-key.ts';
import { previewMasking, suggestMasking } from '../../engine/suggest-masking.ts';
import { inWorkspace, withProduction } from './in-workspace.ts';
import type { Handlers } from './operation.ts';

export const maskingOperations: Handlers<'maskSuggest' | 'maskPreview'> = {
  maskSuggest: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      withProduction(workspace, request.credentials, (production) =>
        suggestMasking(workspace, production, workspace.text, context.signal),
      ),
    ),

  maskPreview: (request, context) =>
    inWorkspace(request, context, (workspace) =>
      withProduction(workspace, request.credentials, (production) => {
        const { table, rows } = request;
        return previewMasking(
          workspace,
          production,
          { table, rows, key: maskingKey(request.maskingKey) },
          context.signal,
        );
      }),
    ),
};
