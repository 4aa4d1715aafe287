import { notBuilt, type Handlers } from './operation.ts';

export const syncOperations: Handlers<'sync'> = {
  sync: notBuilt,
};
