/**
 * The kit's public functions, by what they are for. Each signature is as `regprocedure` reads it: the status function
 * looks for them, and the migration grants and drops by them.
 */
export const PUBLIC_FUNCTIONS = {
  catalog: 'syncline_catalog(text[])',
  status: 'syncline_kit()',
  position: 'syncline_position()',
  changes: 'syncline_changes(text, jsonb, integer, text)',
  rows: 'syncline_rows(text, text, text[], jsonb)',
  range: 'syncline_range(text, text, text[], text[], text[], text[], integer)',
  bounds: 'syncline_bounds(text, text, integer)',
  digests: 'syncline_digests(text, text, text[], jsonb, text[], text[])',
  stagePush: 'syncline_stage_push(uuid, integer, jsonb)',
  commitPush: 'syncline_commit_push(uuid, integer, jsonb)',
  pushOutcome: 'syncline_push_outcome(uuid)',
  discardPush: 'syncline_discard_push(uuid)',
  prune: 'syncline_prune(interval)',
} as const;

/** The names alone, for `rpc()`. */
export const KIT_RPC = {
  catalog: 'syncline_catalog',
  status: 'syncline_kit',
  position: 'syncline_position',
  changes: 'syncline_changes',
  rows: 'syncline_rows',
  range: 'syncline_range',
  bounds: 'syncline_bounds',
  digests: 'syncline_digests',
  stagePush: 'syncline_stage_push',
  commitPush: 'syncline_commit_push',
  pushOutcome: 'syncline_push_outcome',
  discardPush: 'syncline_discard_push',
  prune: 'syncline_prune',
} as const satisfies Record<keyof typeof PUBLIC_FUNCTIONS, string>;

/** The line after each public function: nobody but `service_role` may call it. */
export function onlyServiceRole(signature: string): string {
  return `select syncline.only_service_role('public.${signature}');`;
}
