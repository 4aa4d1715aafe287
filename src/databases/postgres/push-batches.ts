/** How operations are cut into batches that one statement each can do. */
import type { PushOperation } from '../../core/push-ports.ts';

/** Operations of one kind on one table that name the same columns. */
export interface OperationShape {
  readonly op: PushOperation['op'];
  readonly table: PushOperation['table'];
  readonly key: readonly string[];
  readonly set: readonly string[];
  readonly expect: readonly string[];
}

export interface OperationBatch {
  readonly shape: OperationShape;
  readonly operations: readonly PushOperation[];
  /** Where each operation stands among those that were cut. */
  readonly places: readonly number[];
}

/** Most of one statement: operations, and characters of their values, which travel as a few long texts. */
export const MOST_OPERATIONS = 5_000;
export const MOST_CHARACTERS = 4 * 1024 * 1024;

/** In their order: each batch is a run of operations of one shape. */
export function orderedBatches(operations: readonly PushOperation[]): OperationBatch[] {
  const made: GrowingBatch[] = [];
  let latest: GrowingBatch | undefined;
  for (const [place, operation] of operations.entries()) {
    latest = addTo(latest, made, operation, place);
  }
  return made;
}

/**
 * In fewer batches: within a run of one kind of operation on one table, operations of one shape come together. An order
 * among them that matters (one row gives a unique value up, another takes it) may be lost.
 */
export function groupedBatches(operations: readonly PushOperation[]): OperationBatch[] {
  const made: GrowingBatch[] = [];
  let latest: GrowingBatch | undefined;
  let ofKind = new Map<string, GrowingBatch>();
  for (const [place, operation] of operations.entries()) {
    if (latest !== undefined && !isSameKind(latest.shape, operation)) ofKind = new Map();
    if (latest === undefined || !hasShape(latest.shape, operation)) {
      latest = ofKind.get(columnsOf(operation));
    }
    const batch = addTo(latest, made, operation, place);
    if (batch !== latest) ofKind.set(columnsOf(operation), batch);
    latest = batch;
  }
  return made;
}

interface GrowingBatch extends OperationBatch {
  readonly operations: PushOperation[];
  readonly places: number[];
  characters: number;
}

/** Adds to the batch when the operation is of its shape and there is room, else to a new one. */
function addTo(
  batch: GrowingBatch | undefined,
  made: GrowingBatch[],
  operation: PushOperation,
  place: number,
): GrowingBatch {
  const size = charactersOf(operation);
  let target = batch;
  if (
    target === undefined ||
    !hasShape(target.shape, operation) ||
    target.operations.length >= MOST_OPERATIONS ||
    target.characters + size > MOST_CHARACTERS
  ) {
    target = { shape: shapeOf(operation), operations: [], places: [], characters: 0 };
    made.push(target);
  }
  target.operations.push(operation);
  target.places.push(place);
  target.characters += size;
  return target;
}

function shapeOf(operation: PushOperation): OperationShape {
  return {
    op: operation.op,
    table: operation.table,
    key: Object.keys(operation.key),
    set: Object.keys(operation.set),
    expect: Object.keys(operation.expect),
  };
}

function isSameKind(shape: OperationShape, { op, table }: PushOperation): boolean {
  return op === shape.op && table.name === shape.table.name && table.schema === shape.table.schema;
}

function hasShape(shape: OperationShape, operation: PushOperation): boolean {
  return (
    isSameKind(shape, operation) &&
    namesOnly(operation.key, shape.key) &&
    namesOnly(operation.set, shape.set) &&
    namesOnly(operation.expect, shape.expect)
  );
}

function namesOnly(columns: object, names: readonly string[]): boolean {
  let place = 0;
  for (const name in columns) if (name !== names[place++]) return false;
  return place === names.length;
}

function columnsOf({ key, set, expect }: PushOperation): string {
  return JSON.stringify([key, set, expect].map((part) => Object.keys(part)));
}

function charactersOf({ key, set, expect }: PushOperation): number {
  let sum = 0;
  for (const part of [key, set, expect]) for (const name in part) sum += (part[name]?.length ?? 0) + 8;
  return sum;
}
