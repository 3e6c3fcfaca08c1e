import type { NewParameter } from '../model.ts';
import type { Splice } from './splice.ts';

/** Changes to the list of parameters; one kind of change at a time. */
export interface ListEditor {
  /** Puts parameters behind the last one, in the style of the list. */
  add(parameters: readonly NewParameter[]): Splice[];
  /** Takes items away, never all of them. */
  remove(indices: ReadonlySet<number>): Splice[];
}
