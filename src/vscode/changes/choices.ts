import * as vscode from 'vscode';
import type { TableKey } from '../../core/schema/model.ts';
import type { RowAddress } from '../../engine/selection.ts';
import { createLifetime, type Ending } from '../lifetime.ts';
import {
  EVERYTHING,
  withKnownRows,
  withKnownTables,
  withRow,
  withTable,
  type Choice,
} from './chosen-changes.ts';
import type { ChangeSide } from './describe-change.ts';

/** One side of one target. */
export interface ChosenSide {
  readonly target: string;
  readonly side: ChangeSide;
}

/** Which changed rows are chosen, by target and side. Kept for as long as the window is open. */
export interface Choices extends Ending {
  readonly onDidChange: vscode.Event<ChosenSide>;
  of(side: ChosenSide): Choice;
  chooseTables(side: ChosenSide, tables: readonly TableKey[], chosen: boolean): void;
  chooseRows(side: ChosenSide, rows: readonly RowAddress[], chosen: boolean): void;
  /** Forgets what is no change any more. */
  keepTables(side: ChosenSide, tables: readonly TableKey[]): void;
  keepRows(side: ChosenSide, table: TableKey, rows: readonly RowAddress[]): void;
}

export function createChoices(): Choices {
  const lifetime = createLifetime();
  const changed = lifetime.add(new vscode.EventEmitter<ChosenSide>());
  const kept = new Map<string, Choice>();
  const slot = ({ target, side }: ChosenSide) => JSON.stringify([target, side]);
  const of = (side: ChosenSide) => kept.get(slot(side)) ?? EVERYTHING;
  const set = (side: ChosenSide, choice: Choice) => {
    if (choice === of(side)) return;
    kept.set(slot(side), choice);
    changed.fire({ target: side.target, side: side.side });
  };
  return {
    onDidChange: changed.event,
    of,
    chooseTables: (side, tables, chosen) =>
      set(
        side,
        tables.reduce((choice, table) => withTable(choice, table, chosen), of(side)),
      ),
    chooseRows: (side, rows, chosen) =>
      set(
        side,
        rows.reduce((choice, row) => withRow(choice, row, chosen), of(side)),
      ),
    keepTables: (side, tables) => set(side, withKnownTables(of(side), tables)),
    keepRows: (side, table, rows) => set(side, withKnownRows(of(side), table, rows)),
    dispose: () => {
      lifetime.dispose();
    },
  };
}
