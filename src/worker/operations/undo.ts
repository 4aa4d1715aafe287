import { notBuilt, type Handlers } from './operation.ts';

export const undoOperations: Handlers<'undoable' | 'undo'> = {
  undoable: notBuilt,
  undo: notBuilt,
};
