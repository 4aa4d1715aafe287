import { notBuilt, type Handlers } from './operation.ts';

/** Changed rows, one by one, to look at. */
export const changesOperations: Handlers<'localChanges' | 'productionChanges'> = {
  localChanges: notBuilt,
  productionChanges: notBuilt,
};
