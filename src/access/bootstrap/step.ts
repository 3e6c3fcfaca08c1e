/** One thing in AWS, and what is to be done about it. */
export interface Step {
  /** `file key`, `bucket`, `versioning`. */
  what: string;
  /** Of the key or bucket. */
  name: string;
  region: string;
  state: 'ok' | 'create' | 'change' | 'done';
  why: string;
  /** Absent when it is as it should be. */
  apply?: (() => Promise<void>) | undefined;
}

/** The same step once it was done. */
export async function applyStep(step: Step): Promise<Step> {
  if (!step.apply) return step;
  await step.apply();
  return { ...step, state: 'done', apply: undefined };
}
