import { byCodePoints } from '../request/json-shape.ts';
import type { ReadNode } from './read-plan.ts';

/**
 * The columns that a write or call must return for the read that follows it: the selected ones, those that lead to
 * the embedded resources, and the key.
 */
export function neededColumns(node: ReadNode, key: readonly string[]): readonly string[] {
  const selected = node.select.map(({ field }) => field.name);
  if (selected.includes('*')) return ['*'];
  const leading = node.children.flatMap(({ relationship: { cardinality } }) =>
    (cardinality.kind === 'many-to-many' ? cardinality.junction.sourceColumns : cardinality.columns).map(
      ([own]) => own,
    ),
  );
  return [...new Set([...selected, ...leading, ...key])].sort(byCodePoints);
}
